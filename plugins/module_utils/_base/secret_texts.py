# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets in texts, such as log lines, and the names under which data holds secrets. No I/O, no Ansible."""

from __future__ import annotations

import re
from functools import lru_cache

_NAMES = (
    r"pass(?:word|wd|phrase|code)?|pwd|token|secret|credentials?|api[-_]?key|access[-_]?key|private[-_]?key|"
    r"client[-_]?key(?:[-_]?data)?|certificate[-_]?key|encryption[-_]?key|authorization|auth"
)
# A value after the name: in quotes as a whole, else up to a space or another end.
_VALUE = r"(\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^\s\",;}'&]+)"
_KEY_BLOCK = r"-----BEGIN [A-Z ]*PRIVATE KEY-----"
_SECRETS = tuple(
    re.compile(pattern, flags)
    for pattern, flags in (
        (rf"()({_KEY_BLOCK}.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z))", re.DOTALL),
        # The same in base64, as kubeconfigs have it: "-----BEGIN" and the kinds of private keys.
        (
            r"()(LS0tLS1CRUdJTi(?:BSU0EgUFJJVkFU|BQUklWQVRF|BFQyBQUklWQVRF|BPUEVOU1NI|BFTkNSWVBU|BEU0EgUFJJVkFU)[\w+/=]*)",
            0,
        ),
        (r"()(eyJ[\w-]+\.[\w-]+\.[\w-]*)", 0),  # a token of a service account (JWT)
        (r"(\b[a-z0-9]{6}\.)([a-z0-9]{16}\b)", 0),  # a bootstrap token, whose beginning is public
        (r"()(\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|AKIA|ASIA|hvs\.)[\w-]{10,})", 0),  # of well-known services
        (r"(//[^/\s:@]*:)([^/\s@]+)(?=@)", 0),  # a password in a URL
        (r"((?:bearer|basic) )([\w.~+/=-]{6,})", re.IGNORECASE),
        (rf"(--[\w-]*(?:{_NAMES})[= ]){_VALUE}", re.IGNORECASE),
        (rf"((?<![a-z])(?:[\w-]*[_-])?(?:{_NAMES})[\"']?\s*[=:]\s*){_VALUE}", re.IGNORECASE),
        (
            rf"([a-z](?:Password|Passwd|Token|Secret|Key(?=Data)|ApiKey|AccessKey|PrivateKey)(?:Data)?[\"']?\s*[=:]\s*){_VALUE}",
            0,
        ),
    )
)
_NAMED = re.compile(
    rf"(?:^|[_.-])(?:{_NAMES})s?$|(?<=[a-z])(?:Password|Token|Secret|Credentials?|ApiKey|AccessKey|PrivateKey)s?$",
    re.IGNORECASE,
)
# Most texts are addresses and routes, so one quick look comes first.
_MAY_HOLD = re.compile(
    r"pass|pwd|token|secret|credential|key|auth|bearer|basic|eyj|private|ls0t|gh[pousr]_|github_pat|glpat|xox|akia|asia"
    r"|hvs|//|[a-z0-9]{6}\.[a-z0-9]{16}",
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
