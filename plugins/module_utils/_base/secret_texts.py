# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets in texts, such as log lines, and the names under which data holds secrets. No I/O, no Ansible."""

from __future__ import annotations

import re
from functools import lru_cache

# Words that mean a secret wherever a name ends in them, and words that only do so as a whole word or behind _ or -.
_LONG = (
    r"password|passwd|passphrase|passcode|token|secret|credentials?|(?:api|access|private|secret|encryption|certificate"
    r"|(?:pre[-_]?)?shared|signing|master|account)[-_]?key|client[-_]?key(?:[-_]?data)?|authorization|dockerconfigjson|cookie"
)
_SHORT = r"pass|pwd|auth|psk|dockercfg"
_NAMES = rf"{_LONG}|{_SHORT}"
# A value after the name: in quotes or brackets as a whole, else up to a space or another end. JSON in a log line has
# escaped quotes. A text may be cut within the value.
_VALUE = (
    r"(\\+[\"'](?:(?!\\+[\"']).)*|\"(?:[^\"\\]|\\.)*(?:\"|\Z)|'[^']*(?:'|\Z)"
    r"|\{[^}]*|\[[^\]]*|[^\s\",;}'&\\][^\s\",;}'&]*)"
)
_IS = r"(?:data)?s?\\*[\"']?\s*(?:=>|:=|[=:])\s*"
_KEY_BLOCK = r"-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----"
# No pattern may start with a repetition: then a long line would cost the square of its length.
_SECRETS = tuple(
    re.compile(pattern, flags)
    for pattern, flags in (
        (rf"()({_KEY_BLOCK}.*?(?:-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----|\Z))", re.DOTALL),
        # The same in base64, as kubeconfigs have it: "-----BEGIN" and the kinds of private keys.
        (
            r"()(LS0tLS1CRUdJTi(?:BSU0EgUFJJVkFU|BQUklWQVRF|BFQyBQUklWQVRF|BPUEVOU1NI|BFTkNSWVBU|BEU0EgUFJJVkFU)[\w+/=]*)",
            0,
        ),
        (r"()(eyJ[\w-]+\.[\w-]+\.[\w-]*)", 0),  # a token of a service account (JWT)
        (r"(\b[a-z0-9]{6}\.)([a-z0-9]{16}\b)", 0),  # a bootstrap token, whose beginning is public
        (r"()(\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|AKIA|ASIA|hvs\.)[\w-]{10,})", 0),  # of well-known services
        # A password in a URL, which may have / and @; and a token in place of user and password.
        (r"(//[^/\s:@\"']{0,200}:)((?!\d+/)[^\s\"'\\]{1,500})(?=@)", 0),
        (r"(//)([^/\s:@\"']{20,})(?=@)", 0),
        # The signature in a URL, with which everybody can read what it names. Go writes & as \u0026.
        (r"((?:[?&]|\\u0026)(?:x-amz-|x-goog-)?sig(?:nature)?=)([^\s&\"'\\]+)", re.IGNORECASE),
        (r"(authorization\\*[\"']?\s*[=:]\s*(?:digest|token|negotiate|ntlm|aws4-hmac-sha256) )(.+)", re.IGNORECASE),
        (r"((?:bearer|basic) )([\w.~+/=-]{6,})", re.IGNORECASE),
        (rf"((?:{_LONG}|(?<![a-z])(?:{_SHORT})){_IS}){_VALUE}", re.IGNORECASE),
        # In prose, only what is no name of an object: the API speaks of the secret "web-tls".
        (r"((?:password|passphrase|token) )(\"[^\"]*\"|'[^']*')", re.IGNORECASE),
        (rf"(--(?:[a-z]+-){{0,5}}(?:{_NAMES}) ){_VALUE}", re.IGNORECASE),
    )
)
_NAMED = re.compile(rf"(?:{_LONG})s?$|(?:^|[_.-])(?:{_SHORT})s?$", re.IGNORECASE)
# Most texts are addresses and routes, so one quick look comes first.
_MAY_HOLD = re.compile(
    r"pass|pwd|psk|token|secret|credential|key|auth|bearer|basic|eyj|private|ls0t|gh[pousr]_|github_pat|glpat|xox|akia|asia"
    r"|hvs|//|sig|docker|cookie|[a-z0-9]{6}\.[a-z0-9]{16}",
    re.IGNORECASE,
)


@lru_cache(maxsize=100_000)
def without_secrets(text: str) -> str:
    """Put stars in the place of tokens, passwords and private keys."""
    if not _MAY_HOLD.search(text):
        return text
    for secret in _SECRETS:
        text = secret.sub(r"\1***", text)
    return text


def is_secret_name(name: str) -> bool:
    """Whether data under this name is a secret, such as password, clientSecret or client-key-data."""
    return _NAMED.search(name) is not None


__all__ = ["is_secret_name", "without_secrets"]
