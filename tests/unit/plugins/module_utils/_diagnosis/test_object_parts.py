# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.object_parts import reduce_objects

SECRET = "letmein"


def test_what_may_hold_secrets_is_left_out():
    annotations = {"annotations": {"note": SECRET}}
    container = {"name": "web", "image": "web:1", "ports": [{"containerPort": 80}], "env": [{"value": SECRET}]}
    pod = {
        "metadata": {"namespace": "shop", "name": "web", "labels": {"app": "web"}, **annotations},
        "spec": {"nodeName": "node1", "containers": [{**container, "command": [SECRET]}], "volumes": [SECRET]},
        "status": {"phase": "Running"},
    }
    client = {"service": {"name": "x", "namespace": "y"}, "caBundle": SECRET, "url": f"https://me:{SECRET}@x"}
    hook = {"kind": "K", "metadata": {"name": "h", **annotations}, "webhooks": [{"name": "h", "clientConfig": client}]}
    namespace = {"metadata": {"name": "shop", **annotations}}
    found = reduce_objects({"pods": [pod], "webhooks": [hook], "namespaces": [namespace], "nodes": [{"a": 1}]})
    assert SECRET not in json.dumps(found)
    assert found["pods"][0]["metadata"]["labels"] == {"app": "web"}
    assert found["pods"][0]["spec"]["containers"] == [
        {"name": "web", "image": "web:1", "ports": [{"containerPort": 80}]}
    ]
    assert found["pods"][0]["status"] == {"phase": "Running"}
    assert found["webhooks"][0]["webhooks"] == [{"name": "h", "clientConfig": {"service": client["service"]}}]
    assert found["nodes"] == [{"a": 1}]


def test_lists_that_are_missing_stay_empty():
    assert reduce_objects({"pods": None, "nodes": []}) == {"pods": [], "nodes": []}


@pytest.mark.parametrize("objects", [None, [], "x"])
def test_another_form(objects):
    with pytest.raises(InputError, match="give lists of objects"):
        reduce_objects(objects)
