"""The cache that tests share between clones, beside the lab's bundle (lab_cache_dir)."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USER_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "podnet.kubernetes"


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file, and create it where it is missing. Another clone waits until this one releases it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
