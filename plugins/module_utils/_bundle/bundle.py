# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The content of a support bundle: everything that a diagnosis judges, in files of JSON. No I/O, no Ansible."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import parse_json
from ansible_collections.podnet.kubernetes.plugins.module_utils._bundle.archive import pack, unpack
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.account import account_document
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import Cause
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.diagnosis import load_gathered
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.judgement import Diagnosis, judge

SCHEMA = "podnet.kubernetes/bundle"
VERSION = 1
_MANIFEST, _FINDINGS = "bundle.json", "findings.json"
_PARTS = {"nodes": "nodes.json", "objects": "objects.json", "report": "report.json", "allocation": "allocation.json"}
FILES = (_MANIFEST, *_PARTS.values(), _FINDINGS)


@dataclass(frozen=True)
class BundleParts:
    """What a diagnosis judges, as plain data. load_gathered() describes each part."""

    nodes: Mapping[str, Any]
    objects: Mapping[str, Any] | None = None
    report: Mapping[str, Any] | None = None
    allocation: Mapping[str, Any] | None = None
    node_network: str | None = None
    not_looked_at: Mapping[str, str] = field(default_factory=dict)

    def judged(self, causes: Iterable[Cause]) -> Diagnosis:
        """Judge them. Raises InputError when a part has another form."""
        gathered = load_gathered(
            self.nodes, self.objects, self.report, self.node_network, self.not_looked_at, self.allocation
        )
        return judge(gathered, causes)


def pack_bundle(parts: BundleParts, causes: Iterable[Cause], about: Mapping[str, Any]) -> bytes:
    """Return the bundle as an archive, with the findings of these parts.

    Args:
        parts: without secrets
        causes: to look for
        about: of the bundle itself: the collection's version, the time, whether names were replaced
    """
    manifest = {
        "schema": SCHEMA,
        "version": VERSION,
        **about,
        "node_network": parts.node_network,
        "not_looked_at": dict(parts.not_looked_at),
    }
    findings = account_document(parts.judged(causes))
    content = {_MANIFEST: manifest, **{file: getattr(parts, name) for name, file in _PARTS.items()}}
    return pack({file: _text(value) for file, value in {**content, _FINDINGS: findings}.items()})


def _text(value: Any) -> bytes:
    """Write a value as JSON, with one line for each key: Python indents slowly, and 1,000 nodes make 300 MB."""
    if not isinstance(value, Mapping):
        return f"{json.dumps(value)}\n".encode()
    lines = (f"{json.dumps(key)}: {json.dumps(one, sort_keys=True)}" for key, one in value.items())
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def unpack_bundle(packed: BinaryIO, causes: Iterable[Cause]) -> BundleParts:
    """Read a bundle that a stranger may have made.

    Raises:
        InputError: it is no bundle, is of a newer version, or its content cannot be judged
    """
    files = unpack(packed, FILES)
    missing = [name for name in FILES if name not in files and name != _FINDINGS]
    if missing:
        raise InputError(f"it lacks {missing[0]}")
    documents = {name: _parsed(name, content) for name, content in files.items() if name != _FINDINGS}
    manifest = documents[_MANIFEST]
    if not isinstance(manifest, Mapping) or manifest.get("schema") != SCHEMA:
        raise InputError(f"{_MANIFEST} in it does not have the schema {SCHEMA}")
    version = manifest.get("version")
    if version is True or version != VERSION:  # 1 equals True
        raise InputError(
            f"it has version {str(version)[:40]!r}, and this collection reads {VERSION}: "
            "use the version of the collection that wrote it"
        )
    parts = BundleParts(
        **{name: _mapping(file, documents[file], name != "nodes") for name, file in _PARTS.items()},
        node_network=_network(manifest.get("node_network")),
        not_looked_at=_mapping(_MANIFEST, manifest.get("not_looked_at") or {}, False),
    )
    check_form(parts, causes)
    return parts


def _parsed(name: str, content: bytes) -> Any:
    try:
        return parse_json(content)
    except InputError as error:
        raise InputError(f"{name} in it is {error}") from None


def _mapping(name: str, value: Any, may_be_null: bool) -> Any:
    if isinstance(value, Mapping) or (value is None and may_be_null):
        return value
    raise InputError(f"{name} in it has another form: {str(value)[:40]!r} instead of an object")


def _network(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise InputError(f"{_MANIFEST} in it has another form: node_network is {str(value)[:40]!r}")


def check_form(parts: BundleParts, causes: Iterable[Cause]) -> None:
    """Refuse data that cannot be judged. Only the judgement reads all of it.

    Raises:
        InputError: a part has another form
    """
    try:
        parts.judged(causes)
    except InputError as error:
        raise InputError(f"its content cannot be judged: {error}") from None
    except (ArithmeticError, AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError) as error:
        reason = f"{type(error).__name__}: {str(error)[:80]}"
        raise InputError(f"its content has another form than a bundle's, and cannot be judged ({reason})") from None


__all__ = ["BundleParts", "pack_bundle", "unpack_bundle"]
