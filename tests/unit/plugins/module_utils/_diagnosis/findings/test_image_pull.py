# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from diagnosis_world import World

FLANNEL = "ghcr.io/flannel-io/flannel:v0.28"
TIMEOUT = 'Head "https://ghcr.io/v2/flannel-io/flannel/manifests/v0.28": dial tcp 203.0.113.9:443: i/o timeout'
PAUSE = "registry.k8s.io/pause:3.10"
LOOKUP = (
    'failed to get sandbox image "registry.k8s.io/pause:3.10": Head "https://registry.k8s.io/v2/pause/manifests/3.10": '
    "dial tcp: lookup registry.k8s.io on 10.0.2.3:53: no such host"
)


def wait_for(world, label, image, message, reason="ErrImagePull"):
    """Have the pods with this label wait for an image."""
    found = [one for one in world.objects["pods"] if label in one["metadata"]["labels"].values()]
    for pod in found:
        container = {"name": label, "image": image, "state": {"waiting": {"reason": reason, "message": message}}}
        ready = {"type": "Ready", "status": "False"}
        pod["status"] = {"phase": "Pending", "conditions": [ready], "containerStatuses": [container]}
    return [pod["spec"]["nodeName"] for pod in found]


def add_pod(world, image, message, reason="ErrImagePull"):
    """Add a user's pod that waits for an image on node1."""
    pod = {"metadata": {"namespace": "shop", "name": "web", "labels": {"app": "web"}}, "spec": {"nodeName": "node1"}}
    world.objects["pods"].append(pod)
    return wait_for(world, "web", image, message, reason)


def log(world, node, image, error, sandbox=False, age=20):
    world.nodes[node].setdefault("pulls", []).append({"image": image, "sandbox": sandbox, "error": error, "age": age})


def test_the_image_of_the_network():
    world = World()
    nodes = wait_for(world, "flannel", FLANNEL, f"failed to pull and unpack image: failed to do request: {TIMEOUT}")
    world.fail(lambda source, target, check: target["kind"] == "pod" and source["node"] != target["node"])
    found = world.first("image_pull")
    assert found["nodes"] == sorted(nodes)
    assert found["cause"].endswith(f"cannot pull {FLANNEL}: the registry ghcr.io is out of reach")
    url = "https://ghcr.io/v2/flannel-io/flannel/manifests/v0.28"
    assert found["evidence"][0] == f"{nodes[0]}: {url}: dial tcp 203.0.113.9:443: i/o timeout"
    assert "a way to ghcr.io" in found["remedy"]
    assert found["explained_cells"] == world.diagnose()["failed_cells"] > 0
    assert world.found() == ["image_pull"]


def test_the_log_has_the_url_of_a_pod_that_backs_off():
    world = World()
    wait_for(world, "flannel", FLANNEL, f'Back-off pulling image "{FLANNEL}"', "ImagePullBackOff")
    log(world, "node1", FLANNEL, f"failed to do request: {TIMEOUT}")
    assert "node1: https://ghcr.io/v2/" in " ".join(world.first("image_pull")["evidence"])


def test_the_sandbox_image_and_the_name_server():
    world = World()
    log(world, "node1", PAUSE, LOOKUP, sandbox=True)
    assert world.found() == []  # no pod waits
    wait_for(world, "flannel", FLANNEL, "", "ContainerCreating")
    found = world.first("image_pull")
    assert found["nodes"] == ["node1"]
    assert "registry.k8s.io/pause:3.10: the registry registry.k8s.io is out of reach" in found["cause"]
    assert found["evidence"][0].endswith("lookup registry.k8s.io on 10.0.2.3:53: no such host")
    assert "another server than 10.0.2.3:53" in found["remedy"]


def test_without_the_api_the_log_speaks():
    world = World()
    log(world, "node2", FLANNEL, TIMEOUT)
    (found,) = world.diagnose(objects=False)["findings"]
    assert (found["id"], found["nodes"]) == ("image_pull", ["node2"])


@pytest.mark.parametrize(
    "error", ["dial tcp 10.0.0.1:443: connect: connection refused", "net/http: TLS handshake timeout"]
)
def test_a_users_image_of_a_registry_out_of_reach(error):
    world = World()
    add_pod(world, "registry.example:5000/web:1", f'Get "https://registry.example:5000/v2/": {error}')
    assert "the registry registry.example:5000 is out of reach" in world.first("image_pull")["cause"]


def test_a_password_in_the_url_is_not_shown():
    world = World()
    add_pod(world, "web", 'Get "https://me:secret@registry.example/v2/?token=x": dial tcp: i/o timeout')
    found = world.first("image_pull")
    assert found["evidence"] == ["node1: https://registry.example/v2/: dial tcp: i/o timeout"]
    assert "secret" not in json.dumps(found)


@pytest.mark.parametrize(
    ("image", "registry"),
    [
        ("nginx", "docker.io"),
        ("library/nginx:1", "docker.io"),
        ("localhost/x", "localhost"),
        ("r.example/x", "r.example"),
    ],
)
def test_the_registry_of_an_image_without_a_url(image, registry):
    world = World()
    wait_for(world, "kube-proxy", image, "pull access denied", "ImagePullBackOff")
    assert f"the registry {registry} does not give it" in world.first("image_pull")["cause"]


def test_a_users_wrong_name_is_harmless():
    world = World()
    add_pod(world, "docker.io/library/ngnix:1", "failed to resolve reference: docker.io/library/ngnix:1: not found")
    assert world.found() == []


@pytest.mark.parametrize(("age", "sandbox"), [(3600, False), (None, False), (3600, True)])
def test_an_old_failure_is_harmless(age, sandbox):
    world = World()
    log(world, "node1", PAUSE, LOOKUP, sandbox, age)
    assert world.found(objects=False) == []
    assert world.found() == []
