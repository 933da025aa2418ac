"""Links in Markdown lead to files that exist: in the clone, and in the archive for the pages that are in it."""

from __future__ import annotations

import os
import re
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)")


def dead(root: Path, pages: Iterable[str], files: set[str]) -> Iterator[str]:
    """Yield the links of the pages that lead to none of the files and to none of their folders."""
    folders = {str(folder) for name in files for folder in Path(name).parents}
    for page in pages:
        for link in LINK.findall((root / page).read_text()):
            target = os.path.normpath(Path(page).parent / link)
            if target not in files and target not in folders:
                yield f"{page}: {link}"


def pages_of(files: Iterable[str]) -> list[str]:
    """Pick the Markdown files."""
    return sorted(name for name in files if name.endswith(".md"))


def test_links_of_the_clone(root, tracked):
    assert list(dead(root, pages_of(tracked), set(tracked))) == []


def test_links_of_the_archive(root, archive):
    with tarfile.open(archive) as opened:
        files = {member.name for member in opened if member.isfile()}
    assert list(dead(root, pages_of(files), files)) == []


@pytest.mark.parametrize(("link", "found"), [("there.md", []), ("../top.md", []), ("gone.md", ["docs/a.md: gone.md"])])
def test_a_dead_link_is_found(tmp_path, link, found):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text(f"[a link]({link}#part) and [a site](https://example.org/a)\n")
    assert list(dead(tmp_path, ["docs/a.md"], {"docs/a.md", "docs/there.md", "top.md"})) == found
