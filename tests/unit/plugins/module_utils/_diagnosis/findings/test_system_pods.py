# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from diagnosis_world import World


def break_pods(world, label, reason, message=None, ended=None):
    """Have the pods with this label wait."""
    found = [one for one in world.objects["pods"] if label in one["metadata"]["labels"].values()]
    assert found
    for pod in found:
        waiting = {"reason": reason, **({"message": message} if message else {})}
        last = {"terminated": {"exitCode": ended, "reason": "Error"}} if ended else {}
        container = {"name": label, "ready": False, "restartCount": 9, "state": {"waiting": waiting}, "lastState": last}
        pod["status"] = {
            "phase": "Running",
            "conditions": [{"type": "Ready", "status": "False"}],
            "containerStatuses": [container],
        }
    return found


def test_coredns_leads_to_itself_and_the_file_is_named():
    world = World()
    pods = break_pods(world, "kube-dns", "CrashLoopBackOff", ended=1)
    node = pods[0]["spec"]["nodeName"]
    world.nodes[node]["resolver"] = {
        "/etc/resolv.conf": ["127.0.0.53"],
        "/run/systemd/resolve/resolv.conf": ["192.0.2.53"],
    }
    world.fail(lambda source, target, check: target["kind"] == "dns")
    found = world.first("system_pods")
    assert f"{node}: /etc/resolv.conf has nameserver 127.0.0.53, which leads CoreDNS to itself" in found["evidence"]
    assert "resolvConf" in found["remedy"]
    assert found["explained_cells"] == world.diagnose()["failed_cells"]


@pytest.mark.parametrize(("flag", "file", "loops"), [(0, 1, True), (1, 0, False)])
def test_a_flag_of_the_kubelet_counts_before_its_configuration(flag, file, loops):
    world = World()
    pods = break_pods(world, "kube-dns", "CrashLoopBackOff", ended=1)
    node = world.nodes[pods[0]["spec"]["nodeName"]]
    paths = ("/etc/resolv.conf", "/run/systemd/resolve/resolv.conf")
    node["resolver"] = dict(zip(paths, (["127.0.0.53"], ["192.0.2.53"])))
    node["kubelet"]["flags"]["resolv-conf"] = paths[flag]
    node["kubelet"]["settings"]["resolvConf"] = paths[file]
    evidence = world.first("system_pods")["evidence"]
    assert any("leads CoreDNS to itself" in line for line in evidence) is loops


def test_kube_proxy_ends_again_and_again():
    world = World()
    break_pods(world, "kube-proxy", "CrashLoopBackOff", ended=2)
    found = world.first("system_pods")
    assert "kube-proxy" in found["cause"]
    assert "it ended with 2" in found["evidence"][0]


@pytest.mark.parametrize("servers", [["127.0.0.53"], ["169.254.20.10"]])
def test_a_local_resolver_is_harmless_while_coredns_is_ready(servers):
    world = World()
    for node in world.nodes.values():
        node["resolver"] = {"/etc/resolv.conf": servers}
    assert world.found() == []


def test_a_pod_that_starts_is_harmless():
    world = World()
    pod = world.objects["pods"][0]
    running = {"name": "x", "ready": False, "restartCount": 0, "state": {"running": {}}, "lastState": {}}
    pod["status"] = {
        "phase": "Running",
        "conditions": [{"type": "Ready", "status": "False"}],
        "containerStatuses": [running],
    }
    assert world.found("system_pods") == []


REASON = 'E1128 18:41:37 run.go:72] "command failed" err="could not find nftables binary"'


def test_the_last_line_of_the_log_comes_first():
    world = World()
    pod = break_pods(world, "kube-proxy", "CrashLoopBackOff", ended=1)[-1]
    name, node = f"kube-system/{pod['metadata']['name']}/kube-proxy", pod["spec"]["nodeName"]
    world.nodes[node]["last_words"] = {name: REASON, "kube-system/kube-proxy-gone/kube-proxy": "of another pod"}
    first, second, *_rest = world.first("system_pods")["evidence"]
    assert first == f"{name} on {node} ended with: {REASON}"
    assert "CrashLoopBackOff" in second


def test_kube_proxy_comes_before_what_fails_without_it():
    """Flannel asks the API by its Service, and sets the routes. CoreDNS needs both."""
    world = World()
    for label in ("kube-dns", "kube-proxy", "flannel"):
        break_pods(world, label, "CrashLoopBackOff", ended=1)
    world.remove_routes("node1", world.subnet("master"))
    found = world.diagnose()["findings"]
    assert [one["id"] for one in found] == ["system_pods", "system_pods", "pod_routes", "system_pods"]
    assert ["kube-proxy" in found[0]["cause"], "flannel" in found[1]["cause"], "kube-dns" in found[3]["cause"]] == [
        True
    ] * 3


def test_while_the_api_is_away_the_log_of_its_container_says_why():
    world = World()
    world.nodes["master"]["last_words"] = {"kube-system/etcd-master/etcd": "F1128 no space left on device"}
    (found,) = world.diagnose(objects=False)["findings"]
    assert (found["id"], found["nodes"]) == ("system_pods", ["master"])
    assert found["cause"] == "The API does not answer, and etcd on master ends again and again"
    assert found["evidence"] == ["kube-system/etcd-master/etcd: F1128 no space left on device"]


def test_an_etcd_of_somebody_else_is_no_control_plane():
    world = World()
    world.nodes["node1"]["last_words"] = {"prod/etcd-0/etcd": "F1128 no space left on device"}
    assert world.diagnose(objects=False)["findings"] == []


def test_last_words_are_harmless_while_the_api_answers():
    world = World()
    world.nodes["master"]["last_words"] = {"kube-system/etcd-master/etcd": "F1128 an earlier start"}
    assert world.found() == []


def test_a_program_without_watchers_of_files_has_the_limit_as_its_remedy():
    """As the lab said it, with eight nodes on one kernel and its default of 128 for root."""
    world = World()
    pod = break_pods(world, "kube-proxy", "CrashLoopBackOff", ended=1)[-1]
    name, node = f"kube-system/{pod['metadata']['name']}/kube-proxy", pod["spec"]["nodeName"]
    line = 'E1130 10:09:19.456679 1 run.go:72] "command failed" err="failed complete: too many open files"'
    world.nodes[node]["last_words"] = {name: line}
    assert world.first("system_pods")["remedy"].startswith("raise fs.inotify.max_user_instances on the node")
