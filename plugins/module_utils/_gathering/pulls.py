# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images that containerd could not pull, as its log says it, and has not pulled since. No I/O.

The sandbox image, pause, is that of each pod: without it no pod starts, and no pod's status names it.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.secret_texts import without_secrets

_FAILED = re.compile(r'PullImage "(?P<image>[^"]+)" failed')
_PULLED = re.compile(r'PullImage "(?P<image>[^"]+)" returns image')
_NO_SANDBOX = re.compile(r'failed to get sandbox image "(?P<image>[^"]+)"')
_SANDBOX = re.compile(r"RunPodSandbox .*returns sandbox id")
# The reason stands at the end of the line, after the words of each layer.
_ERROR = re.compile(r'error="(?P<error>.*?)"?\s*$')
_TIME = re.compile(r'time="(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(?P<zone>Z|[+-]\d\d:\d\d)"')
_MOST, _LENGTH = 10, 600


def read_pulls(text: str, clock: float) -> list[dict[str, Any]]:
    """Find the images whose last pull failed.

    Args:
        text: the last lines of containerd's log
        clock: seconds since the epoch on the node

    Returns:
        For each its name, whether it is the sandbox image, the error, and seconds since it failed; None: not known
    """
    failed: dict[str, dict[str, Any]] = {}
    for line in text.splitlines():
        plain = re.sub(r'\\+"', '"', line)
        found = _NO_SANDBOX.search(plain) or _FAILED.search(plain)
        if found:
            is_sandbox = bool(_NO_SANDBOX.search(plain)) or failed.get(found["image"], {}).get("sandbox", False)
            failed[found["image"]] = {
                "image": found["image"],
                "sandbox": is_sandbox,
                "error": _error(plain),
                "age": _age(plain, clock),
            }
            continue
        pulled = _PULLED.search(plain)
        if pulled:
            failed.pop(pulled["image"], None)
        elif _SANDBOX.search(plain):
            failed = {image: one for image, one in failed.items() if not one["sandbox"]}
    return list(failed.values())[-_MOST:]


def _error(line: str) -> str:
    found = _ERROR.search(line)
    # Cut first, a secret could lose the name by which it is known.
    return without_secrets(found["error"] if found else line)[-_LENGTH:]


def _age(line: str, clock: float) -> float | None:
    found = _TIME.search(line)
    if found is None:
        return None
    zone = "+00:00" if found["zone"] == "Z" else found["zone"]
    try:
        when = datetime.fromisoformat(f"{found['time']}{zone}")
    except ValueError:  # digits that are no date
        return None
    return round(clock - when.timestamp(), 1)


__all__ = ["read_pulls"]
