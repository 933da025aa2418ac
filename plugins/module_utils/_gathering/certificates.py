# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a certificate says (X.509, RFC 5280), and never a key. No I/O.

Nodes have no Python package for certificates, and Python's own parser needs a file and knows no key identifiers.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.der import first_value, read_values
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import parse_base64

_PEM = re.compile(r"-----BEGIN CERTIFICATE-----\s*(.*?)-----END CERTIFICATE-----", re.DOTALL)
_OID, _UTC_TIME, _EXPLICIT_0, _EXPLICIT_3 = 0x06, 0x17, 0xA0, 0xA3
_NAMES = {b"\x55\x04\x03": "CN", b"\x55\x04\x0a": "O"}
_SUBJECT_KEY, _AUTHORITY_KEY = b"\x55\x1d\x0e", b"\x55\x1d\x23"


def read_certificates(text: str) -> list[dict[str, Any]]:
    """Describe the certificates in a PEM text. What is no certificate, such as a key beside it, is not looked at.

    Returns:
        subject and issuer as texts, not_before and not_after in seconds since the epoch, public_key: the SHA-256 of the
        public key (as kubeadm's --discovery-token-ca-cert-hash has it), and the key identifiers subject_key and
        authority_key, which connect a certificate with its issuer's. A certificate that cannot be read has an error.
    """
    found = []
    for match in _PEM.finditer(text):
        try:
            found.append(_describe(parse_base64(match[1])))
        except (InputError, ValueError, IndexError) as error:
            found.append({"error": f"no certificate: {error}"})
    return found


def _describe(data: bytes) -> dict[str, Any]:
    """Describe a certificate in DER. Raises InputError, ValueError or IndexError for anything else."""
    certificate = first_value(data).content
    fields = list(read_values(first_value(certificate).content))
    if fields[0].tag == _EXPLICIT_0:  # the version
        fields = fields[1:]
    _serial, _algorithm, issuer, validity, subject, public_key, *rest = fields
    extensions = {
        oid: value
        for one in rest
        if one.tag == _EXPLICIT_3
        for oid, value in _extensions(first_value(one.content).content)
    }
    not_before, not_after = (_seconds(one.tag, one.content) for one in read_values(validity.content))
    return {
        "subject": _name(subject.content),
        "issuer": _name(issuer.content),
        "not_before": not_before,
        "not_after": not_after,
        "public_key": hashlib.sha256(public_key.whole).hexdigest(),
        "subject_key": _subject_key(extensions.get(_SUBJECT_KEY)),
        "authority_key": _authority_key(extensions.get(_AUTHORITY_KEY)),
    }


def _name(data: bytes) -> str:
    """Write a name as O=system:nodes, CN=system:node:node1."""
    parts = []
    for one in read_values(data):
        for pair in read_values(one.content):
            oid, text = (value.content for value in read_values(pair.content))
            parts.append(f"{_NAMES.get(oid, oid.hex())}={text.decode(errors='replace')}")
    return ", ".join(parts)


def _seconds(tag: int, value: bytes) -> int:
    """Read a time. Years of two digits from 50 on are of the 20th century."""
    text = value.decode("ascii")
    if tag == _UTC_TIME:
        text = f"{'19' if text >= '50' else '20'}{text}"
    return int(datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=timezone.utc).timestamp())


def _extensions(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the OID and the content of each extension."""
    for one in read_values(data):
        parts = list(read_values(one.content))
        if parts[0].tag == _OID:
            yield parts[0].content, parts[-1].content


def _subject_key(data: bytes | None) -> str | None:
    return None if data is None else first_value(data).content.hex()


def _authority_key(data: bytes | None) -> str | None:
    """Return the key identifier in an authority key identifier, whose tag is 0."""
    if data is None:
        return None
    return next((one.content.hex() for one in read_values(first_value(data).content) if one.tag == 0x80), None)


__all__ = ["read_certificates"]
