# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sentence for objects that the API of a cluster does not accept: who refuses them, and why. No I/O, no Ansible."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import parse_json
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import (
    read_fields,
    read_items,
    read_list,
)

# A module puts the API's answer, a Status object, at the end of its own words.
_STATUS = re.compile(r"\{.*\"kind\": ?\"Status\".*\}", re.DOTALL)
_NO_ANSWER = re.compile(
    r"failed calling webhook \"(?P<name>[^\"]+)\": (?:failed to call webhook: )?(?P<reason>.*)", re.DOTALL
)
_DENIAL = re.compile(r"admission webhook \"(?P<name>[^\"]+)\" denied the request(?:: (?P<reason>.*))?", re.DOTALL)
_NO_ACCOUNT = re.compile(r"error looking up service account (?P<name>[^\s:]+): .*not found")
_LATE_ACCOUNT = "the controller manager has not made their service account"
# What the API says when it has no time, or etcd has none.
_SLOW = (
    "Timeout: request did not complete within requested timeout",
    "etcdserver: request timed out",
    "etcdserver: leader changed",
)
# The reason of a call that failed begins with its method and address.
_CALL = re.compile(r"(?:Post|Get) \"(?P<url>[^\"]+)\": (?P<reason>.*)", re.DOTALL)


def explain_refusal(message: str, configurations: Iterable[Mapping[str, Any]] = ()) -> str:
    """Say in one sentence who refuses objects, and why.

    Args:
        message: of a failed task that makes objects
        configurations: objects of the kinds ValidatingWebhookConfiguration and MutatingWebhookConfiguration

    Returns:
        The sentence. It is the message itself when the API is not who refuses.
    """
    said = _status_message(message)
    if said is None:
        return message
    known = list(configurations)
    failed, denied, account = _NO_ANSWER.search(said), _DENIAL.search(said), _NO_ACCOUNT.search(said)
    if failed:
        webhook = _webhook(failed["name"], known)
        return (
            f"the API refuses our objects, because {webhook} does not answer: {_call(failed['reason'])}: start its "
            "server, or delete the configuration of the webhook"
        )
    if denied:
        return f"{_webhook(denied['name'], known)} refuses our objects: {denied['reason'] or 'it gives no reason'}"
    if account:
        return f"the API refuses our pods: {_LATE_ACCOUNT} {account['name']}: see whether kube-controller-manager runs"
    return f"the API refuses our objects: {said}"


def passes_soon(sentence: str) -> bool:
    """Say whether the same request may succeed a little later: the controller manager or the API is late."""
    return any(words in sentence for words in (_LATE_ACCOUNT, *_SLOW))


def _status_message(message: str) -> str | None:
    """Return the message of the API's Status object in one line; None when there is none."""
    found = _STATUS.search(message)
    if not found:
        return None
    # A module may write bytes as Python does, with each backslash twice.
    status = _parse(found[0]) or _parse(found[0].replace("\\\\", "\\"))
    said = status.get("message") if isinstance(status, dict) else None
    return " ".join(said.split()) if isinstance(said, str) else None


def _parse(text: str) -> Any:
    try:
        return parse_json(text)
    except InputError:
        return None


def _webhook(name: str, configurations: Iterable[Mapping[str, Any]]) -> str:
    """Name a webhook and the object that configures it."""
    for index, one in enumerate(read_list(configurations, "configurations")):
        where = f"configurations[{index}]"
        webhooks = [read_fields(item, path) for path, item in read_items(read_fields(one, where), "webhooks", where)]
        if any(webhook.get("name") == name for webhook in webhooks):
            metadata = read_fields(one.get("metadata"), f"{where}.metadata")
            return f"the webhook {name} ({one.get('kind')} {metadata.get('name')})"
    return f"the webhook {name}"


def _call(reason: str) -> str:
    """Name the Service or the server of a call, and why the call failed."""
    found = _CALL.fullmatch(reason)
    if not found:
        return reason
    place = urlsplit(found["url"])
    parts = (place.hostname or "").split(".")
    if parts[2:3] == ["svc"]:
        return f"its Service {parts[1]}/{parts[0]}, port {place.port or 443}: {found['reason']}"
    return f"its server {place.netloc}: {found['reason']}"


__all__ = ["explain_refusal", "passes_soon"]
