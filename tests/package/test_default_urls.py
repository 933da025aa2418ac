"""docs/default-urls.md has every address and image that a default names, under its variable, and no other.

The page also lists the images of the lab's mirror, which are defaults of the role lab.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import installed
import yaml

ROOT = installed.ROOT
PAGE = (ROOT / "docs" / "default-urls.md").read_text()
# Values that templates compute, as the defaults have them.
FACTS = {"__common_kubernetes_minor": "1.36", "__lab_kubernetes_version": "1.36.4"}
CODE = ["roles/*/tasks/*", "roles/*/vars/*", "roles/*/templates/*", "plugins/*/*.py", "playbooks/**/*.yml"]
URL = re.compile(r"https?://\S+")
# A registry, which has a dot in its name, the path of an image, and a tag or a digest.
IMAGE = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/[a-z0-9._-]+)+[:@][A-Za-z0-9._:-]+")


def strings(value: Any) -> Iterator[str]:
    """Yield all strings in a value of YAML."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for one in value.values() if isinstance(value, dict) else value:
            yield from strings(one)


def defaults() -> dict[str, Any]:
    """Read the defaults of all roles, and fill in the variables that their templates name."""
    raw: dict[str, Any] = {}
    for path in [*ROOT.glob("roles/*/defaults/main.yml"), *ROOT.glob("lab/roles/*/defaults/main.yml")]:
        raw.update(yaml.safe_load(path.read_text()) or {})

    def fill(value: Any) -> Any:
        if isinstance(value, str):
            known = {**FACTS, **{name: one for name, one in raw.items() if isinstance(one, str)}}
            named = re.sub(r"{{ *(\w+) *}}", lambda found: known.get(found[1], found[0]), value)
            return named if named == value else fill(named)
        if isinstance(value, list):
            return [fill(one) for one in value]
        return {name: fill(one) for name, one in value.items()} if isinstance(value, dict) else value

    return {name: fill(value) for name, value in raw.items()}


def elsewhere(pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Yield the matches of the pattern in other files than defaults, with the file; skip comments."""
    for part in CODE:
        for path in (path for path in ROOT.glob(part) if path.is_file()):
            for line in path.read_text().splitlines():
                if not line.lstrip().startswith("#"):
                    yield from ((path.name, found) for found in pattern.findall(line))


DEFAULTS = defaults()
URLS = {(name, text) for name, value in DEFAULTS.items() for text in strings(value) if URL.match(text)}
IMAGES = {(name, text) for name, value in DEFAULTS.items() for text in strings(value) if IMAGE.fullmatch(text)}


def rows(title: str) -> list[list[str]]:
    """Read the table rows below a title of the page, without the heads."""
    section = PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    lines = [line.strip("|").split(" | ") for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line] for line in lines]


def code(cell: str) -> list[str]:
    """List the code spans of a cell."""
    return re.findall(r"`([^`]+)`", cell)


def test_what_is_looked_for_is_found():
    """Without this the tests below could compare two empty sets."""
    assert len(URLS) >= 4
    assert {"lab_images", "sample_app_image"} <= {name for name, _image in IMAGES}
    assert [text for _name, text in URLS | IMAGES if "{{" in text] == []


def test_the_page_has_the_urls_of_the_defaults():
    told = {
        (code(row[0])[0], code(row[1])[0]) for row in rows("Packages and manifests") if URL.match(row[1].strip("`"))
    }
    assert told == URLS


def test_the_page_says_of_each_url_what_was_checked():
    told = [code(row[0])[0] for row in rows("Packages and manifests")]
    assert sorted(told) == sorted([name for name, _url in URLS] * 2)
    assert [row for row in rows("Packages and manifests") if len(row) != 3 or not all(row)] == []


def test_the_page_has_the_images_of_the_defaults_and_who_asks_for_them():
    told = {code(row[0])[0]: code(row[1]) for row in rows("Images")}
    asked = {(name, image) for image, names in told.items() for name in names}
    assert asked == {(name, image) for name, image in IMAGES if name != "lab_images"}
    assert set(told) == {image for _name, image in IMAGES} | {image for _file, image in elsewhere(IMAGE)}


def test_every_url_is_a_default():
    """Then users can set another one, and the page lists it. A template in place of the host name does not count."""
    assert [one for one in elsewhere(URL) if not re.match(r"https?://[{\\\[]", one[1])] == []
