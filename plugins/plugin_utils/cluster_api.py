# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API of a cluster for actions: objects are read, applied and deleted over one connection."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import Lock
from typing import Any, TypeVar

from ansible.errors import AnsibleLookupError
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import lookup_loader

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.refusals import (
    explain_refusal,
    passes_soon,
)
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.api_errors import is_late
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.api_requests import (
    PATIENCE,
    LateError,
    find_resource,
    knows_no_rights,
    private_keys,
    send,
)

T = TypeVar("T")
FIELD_MANAGER = "podnet.kubernetes"
LOOKUP = "podnet.kubernetes.k8s"
WEBHOOKS = ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")


class ClusterApi:
    """The API of a cluster, over one connection.

    A controller manager that was just started waits until the lease of the one before it ends, 15 s by default. Until
    then a new namespace has no service account, and the API refuses each pod in it. So an object is sent again for
    C(patience) seconds.
    """

    def __init__(self, kubeconfig: str, lookup: Any, patience: float = PATIENCE) -> None:
        self._kubeconfig, self._lookup, self._patience = kubeconfig, lookup, patience
        self._explaining = Lock()

    def read(self, kind: str, **options: str) -> list[dict[str, Any]]:
        """Read the objects of a kind. Raises ClusterError."""
        try:
            found: list[dict[str, Any]] = self._lookup.run([], {}, kind=kind, kubeconfig=self._kubeconfig, **options)
        except AnsibleLookupError as error:
            raise ClusterError(error.message) from None
        for one in found:
            # Close to half of a pod, and nothing reads it. Ansible copies the objects with each result and variable.
            one["metadata"].pop("managedFields", None)
        return found

    def read_if_allowed(self, kind: str, **options: str) -> list[dict[str, Any]]:
        """Read the objects of a kind. None are found when the API does not give them."""
        try:
            return self.read(kind, **options)
        except ClusterError:
            return []

    def find(self, one: Mapping[str, Any]) -> dict[str, Any]:
        """Read the object of this one's kind, name and namespace; an empty one is not there. Raises ClusterError."""
        from kubernetes.dynamic.exceptions import NotFoundError

        def request() -> dict[str, Any]:
            metadata = one["metadata"]
            try:
                found = find_resource(one, self._kubeconfig).get(metadata["name"], metadata.get("namespace"))
            except NotFoundError:
                return {}
            return found.to_dict()  # type: ignore[no-any-return]

        return self._send(request, one, "read")

    def apply(self, one: Mapping[str, Any], dry_run: bool = False) -> dict[str, Any]:
        """Make an object, or change it, and return it. Raises ClusterError when the API refuses it."""
        from kubernetes.client import ApiException

        options = {"dry_run": "All"} if dry_run else {}

        def request() -> dict[str, Any]:
            try:
                applied = find_resource(one, self._kubeconfig).server_side_apply(
                    one, namespace=one["metadata"].get("namespace"), field_manager=FIELD_MANAGER, **options
                )
                return applied.to_dict()  # type: ignore[no-any-return]
            except ApiException as error:
                if is_late(error.status, error.body):
                    raise
                body = error.body.decode(errors="replace") if isinstance(error.body, bytes) else str(error.body)
                # First, because a question about webhooks waits until the API knows its roles.
                early = knows_no_rights(error.status, {"kubeconfig": self._kubeconfig})
                refused = explain_refusal(body, [] if early else self._webhooks())
                if refused == body:  # no answer of the API itself
                    raise
                raise (LateError if early or passes_soon(refused) else ClusterError)(refused) from None

        return self._send(request, one, "make")

    def delete(self, one: Mapping[str, Any]) -> bool:
        """Delete an object, and say whether it was there. Raises ClusterError."""
        from kubernetes.dynamic.exceptions import NotFoundError

        def request() -> bool:
            metadata = one["metadata"]
            try:
                find_resource(one, self._kubeconfig).delete(name=metadata["name"], namespace=metadata.get("namespace"))
            except NotFoundError:
                return False
            return True

        return self._send(request, one, "delete")

    def patch(self, one: Mapping[str, Any]) -> None:
        """Change the fields of an object that this one has; a field without a value goes. Raises ClusterError."""

        def request() -> None:
            find_resource(one, self._kubeconfig).patch(
                one, namespace=one["metadata"].get("namespace"), content_type="application/merge-patch+json"
            )

        self._send(request, one, "change")

    def evict(self, namespace: str, name: str) -> None:
        """Evict a pod, unless a budget or the API forbids it for now. Raises ClusterError."""
        from kubernetes.dynamic.exceptions import NotFoundError

        pod = {"apiVersion": "v1", "kind": "Pod"}
        metadata = {"namespace": namespace, "name": name}
        eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": metadata}

        def request() -> None:
            with suppress(NotFoundError):
                find_resource(pod, self._kubeconfig).subresources["eviction"].create(eviction, name, namespace)

        # A budget says what a late API says. Whoever waits for the pods asks again.
        with suppress(LateError):
            self._send(request, pod, "evict", 0)

    def _send(self, request: Callable[[], T], one: Mapping[str, Any], verb: str, patience: float | None = None) -> T:
        options = {"kubeconfig": self._kubeconfig, "kind": one["kind"], "api_version": one["apiVersion"]}
        with private_keys():
            return send(request, options, verb, self._patience if patience is None else patience)

    def _webhooks(self) -> list[dict[str, Any]]:
        options = {"api_version": "admissionregistration.k8s.io/v1"}
        # Threads may be refused at once, and neither the client nor the loader of Ansible learns in two of them.
        with self._explaining:
            return [one for kind in WEBHOOKS for one in self.read_if_allowed(kind, **options)]


def open_cluster(action: ActionBase, kubeconfig: str, patience: float = PATIENCE) -> ClusterApi:
    """Open the API of a cluster for an action."""
    lookup = lookup_loader.get(LOOKUP, loader=action._loader, templar=action._templar)
    return ClusterApi(kubeconfig, lookup, patience)
