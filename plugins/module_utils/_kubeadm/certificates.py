# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pins of certificates, as kubeadm writes them. Nodes may lack openssl and the package cryptography. No I/O.

A pin is the hash of a certificate's public key (RFC 7469, section 2.4), so a renewed certificate keeps its pin.
"""

from __future__ import annotations

import hashlib
import re
from itertools import islice

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.der import first_value, read_values
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import parse_base64

_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)
_CA_DATA = re.compile(r"^\s*certificate-authority-data:[ \t]*['\"]?([A-Za-z0-9+/=]+)", re.MULTILINE)
_VERSION = 0xA0  # the tag of the version, which certificates of version 1 leave out
_BEFORE_KEY = 5  # the fields between version and key: serial number, algorithm, issuer, validity, subject


def ca_pins(text: str) -> tuple[str, ...]:
    """Compute the pin of each certificate in a PEM text, sorted.

    Raises:
        InputError: a certificate cannot be read
    """
    try:
        pins = {_pin(parse_base64(body)) for body in _CERTIFICATE.findall(text)}
    except InputError as error:
        raise InputError(f"holds a certificate that cannot be read ({error})") from None
    return tuple(sorted(pins))


def kubeconfig_ca_pins(text: str) -> tuple[str, ...]:
    """Compute the pins of the CA in a kubeconfig that kubeadm wrote, sorted. Raises InputError as ca_pins() does."""
    found = _CA_DATA.search(text)
    try:
        return ca_pins(parse_base64(found[1]).decode("ascii")) if found else ()
    except UnicodeDecodeError as error:
        raise InputError(f"holds a certificate that cannot be read ({error})") from None


def _pin(certificate: bytes) -> str:
    """Hash the field subjectPublicKeyInfo of a certificate (RFC 5280, section 4.1). Raises InputError."""
    signed = first_value(first_value(certificate).content).content
    version = first_value(signed).tag == _VERSION
    fields = list(islice(read_values(signed), version + _BEFORE_KEY + 1))
    if len(fields) <= version + _BEFORE_KEY:
        raise InputError("it ends too early")
    return f"sha256:{hashlib.sha256(fields[-1].whole).hexdigest()}"


__all__ = ["ca_pins", "kubeconfig_ca_pins"]
