# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Data as a stranger, a bug or a torn file leaves it, and the property that every parser of such data has.

Strategies of Hypothesis change a good sample in a few places, because random data ends in a parser's first check.
FUZZ_EXAMPLES in the environment sets the number of examples of each test.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from ansible.errors import AnsibleError
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import PodnetError

_EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "20"))
_SECONDS = 5.0  # of CPU, for one example
# `make test` must end alike each time. More examples are random.
few = settings(
    max_examples=_EXAMPLES,
    derandomize="FUZZ_EXAMPLES" not in os.environ,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

# For what takes a tenth of a second or more.
fewer = settings(few, max_examples=max(1, _EXAMPLES // 4))

# Numbers that int() refuses: a superscript is a digit for str.isdigit(), and Python limits the digits of a number.
NUMBERS = ("²", "9" * 5000, "-1", "1e9", "0x", "٣", "")
DEEP = "[" * 20_000
_WORDS = ("", " ", "\0", "\n", "default", "-", "/", ":", "10.0.0.0/33", "1.2.3.4/255.0.255.0", "::%eth0", *NUMBERS)
_LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.sampled_from(_WORDS),
    st.text(max_size=8),
)
JUNK = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=4,
)
_GONE = object()  # a field that is left out


def holds(parse: Callable[..., Any], *values: Any, **options: Any) -> Any:
    """Call a parser: it returns a value or raises an error of ours, in a bounded time. Other exceptions are bugs."""
    began = time.process_time()
    try:
        found = parse(*values, **options)
        return list(found) if isinstance(found, Iterator) else found
    except (AnsibleError, PodnetError) as error:
        mended = error if isinstance(error, PodnetError) else error.__cause__
        assert isinstance(mended, PodnetError), "the error hides a bug"
        assert str(error).strip(), "the error says nothing"
        return error
    finally:
        assert time.process_time() - began < _SECONDS


def places(document: Any) -> dict[tuple[str, ...], list[tuple[Any, ...]]]:
    """Return the paths of all values. Those of the items of a list have one key, so that each field counts once."""
    found: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    waiting: list[tuple[tuple[str, ...], tuple[Any, ...], Any]] = [((), (), document)]
    while waiting:
        key, path, value = waiting.pop()
        found.setdefault(key, []).append(path)
        if isinstance(value, Mapping):
            waiting += [((*key, str(name)), (*path, name), one) for name, one in value.items()]
        elif isinstance(value, (list, tuple)):
            waiting += [((*key, "*"), (*path, index), one) for index, one in enumerate(value)]
    return found


@lru_cache(maxsize=64)
def _places_of(text: str) -> dict[tuple[str, ...], list[tuple[Any, ...]]]:
    return places(json.loads(text))


def with_value(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """Return a document with another value at a path. Only the parents of the value are copied."""
    if not path:
        return None if value is _GONE else value
    copy = dict(document) if isinstance(document, Mapping) else list(document)
    if len(path) == 1 and value is _GONE:
        del copy[path[0]]
    else:
        copy[path[0]] = with_value(copy[path[0]], path[1:], value)
    return copy


def has_path(document: Any, path: tuple[Any, ...]) -> bool:
    """Whether a document has a value at a path."""
    for name in path:
        if isinstance(document, Mapping):
            names: Any = document
        else:
            names = range(len(document)) if isinstance(document, (list, tuple)) else ()
        if name not in names:
            return False
        document = document[name]
    return True


@st.composite
def changed(draw: Any, document: Any, most: int = 2) -> Any:
    """Change a document of plain data in a few places: a value is missing, null, or of another kind."""
    known = _places_of(json.dumps(document))
    keys = sorted(known)
    for _number in range(draw(st.integers(1, most))):
        path = draw(st.sampled_from(known[draw(st.sampled_from(keys))]))
        if has_path(document, path):
            document = with_value(document, path, draw(st.one_of(st.just(_GONE), JUNK)))
    return document


@st.composite
def changed_text(draw: Any, *samples: str) -> str:
    """Change a text in a few places: it ends early, a part is missing, twice or another, a number is none."""
    text: str = draw(st.sampled_from(samples))
    for _number in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 40)))
        part = text[start:end]
        new = draw(st.one_of(st.just(""), st.just(part * 2), st.text(max_size=6), st.sampled_from(_WORDS)))
        text = text[:start] + new + (text[end:] if draw(st.integers(0, 4)) else "")
    return text


@st.composite
def changed_bytes(draw: Any, *samples: bytes) -> bytes:
    """Change bytes in a few places, or cut them."""
    data: bytes = draw(st.sampled_from(samples))
    for _number in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        new = draw(st.one_of(st.just(b""), st.binary(min_size=1, max_size=4), st.just(b"\xff\xff")))
        data = data[:start] + new + data[start + len(new) + draw(st.integers(0, 2)) :]
        data = data if draw(st.integers(0, 3)) else data[: draw(st.integers(0, len(data)))]
    return data


def any_text(*samples: str) -> st.SearchStrategy[str]:
    """Return texts that are like the samples, and any others."""
    return st.one_of(changed_text(*samples), changed_text(*samples), st.text(max_size=60))


def any_bytes(*samples: bytes) -> st.SearchStrategy[bytes]:
    """Return bytes that are like the samples, and any others."""
    return st.one_of(changed_bytes(*samples), changed_bytes(*samples), st.binary(max_size=120))


def any_json(document: Any) -> st.SearchStrategy[str]:
    """Return texts of JSON, or nearly: with changed values, torn, nested too deeply, or with a number too long."""
    text = json.dumps(document)
    return st.one_of(
        changed(document).map(json.dumps), changed(document).map(json.dumps), any_text(text), st.just(DEEP)
    )
