"""Fixtures of the package's tests. The tests need no lab, and run with every ansible-core (tests/versions.py)."""

from __future__ import annotations

from pathlib import Path

import installed
import pytest


@pytest.fixture(scope="session")
def root() -> Path:
    """The clone."""
    return installed.ROOT


@pytest.fixture(scope="session")
def tracked(root: Path) -> list[str]:
    """The files that git tracks and that are not deleted."""
    return [name for name in installed.output("git", "ls-files", "-z").split("\0") if (root / name).is_file()]


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of the clone as it stands."""
    return installed.build(tmp_path_factory.mktemp("build"))


@pytest.fixture(scope="session")
def project(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's project, without a clone."""
    folder = tmp_path_factory.mktemp("stranger") / "project"
    installed.make_project(folder, archive)
    return folder
