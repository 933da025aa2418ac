# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._reset import machine as _machine
from ansible_collections.podnet.kubernetes.plugins.modules import pod_network_traces

OPTIONS = {
    "configuration": "/etc/cni/net.d/10-flannel.conflist",
    "signs": ["/run/flannel"],
    "chain_prefix": "FLANNEL-",
    "links": "(flannel[.]1|cni0)$",
    "files": ["/run/flannel", "/var/lib/cni/networks/cbr0"],
}
RULES = "*filter\n:FLANNEL-FWD - [0:0]\n-A FORWARD -j FLANNEL-FWD\nCOMMIT\n"


@pytest.fixture
def machine(node, monkeypatch, tmp_path):
    """A machine with Flannel and foreign files."""
    monkeypatch.setattr(_machine, "ROOT", tmp_path)
    monkeypatch.setattr(_machine, "mount_points", lambda: ("/",))
    monkeypatch.setattr(_machine.shutil, "which", lambda name: f"/usr/sbin/{name}" if name == "iptables-save" else None)
    node.root = tmp_path
    for path in (
        "etc/cni/net.d/99-foreign.conflist",
        "run/flannel/subnet.env",
        "var/lib/cni/networks/cbr0/10.244.1.2",
        "var/lib/cni/results/cbr0-a1-eth0",
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    (tmp_path / "etc/cni/net.d/10-flannel.conflist").write_text('{"name": "cbr0"}')
    for link in ("lo", "cni0", "foreign0"):
        (tmp_path / "sys/class/net" / link).mkdir(parents=True)
    node.answer("iptables-save", (0, RULES, ""), (0, "*filter\nCOMMIT\n", ""))
    node.answer("iptables-restore", (0, "", ""))
    node.answer("ip link delete", (0, "", ""))
    return node


def test_the_network_goes_and_foreign_files_stay(run_module, machine):
    result = run_module(pod_network_traces, **OPTIONS)
    assert result["removed"] == [
        "iptables: -D FORWARD -j FLANNEL-FWD",
        "iptables: -X FLANNEL-FWD",
        "link cni0",
        "file /run/flannel",
        "file /var/lib/cni/networks/cbr0",
        "file /var/lib/cni/results/cbr0-a1-eth0",
        "file /var/lib/cni",
        "file /etc/cni/net.d/10-flannel.conflist",
    ]
    assert machine.ran("ip link") == ["ip link delete dev cni0"]
    assert [path.name for path in machine.root.joinpath("etc/cni/net.d").iterdir()] == ["99-foreign.conflist"]
    assert not machine.root.joinpath("var/lib/cni").exists()


def test_the_memory_of_another_network_stays(run_module, machine):
    foreign = machine.root / "var/lib/cni/networks/foreign/10.1.1.2"
    foreign.parent.mkdir()
    foreign.touch()
    assert "file /var/lib/cni" not in run_module(pod_network_traces, **OPTIONS)["removed"]
    assert foreign.exists()


def test_check_mode_and_the_run_say_the_same(run_module, machine):
    foretold = run_module(pod_network_traces, check_mode=True, **OPTIONS)
    assert machine.ran("restore") == machine.ran("ip link") == []
    machine._answers.insert(0, ("iptables-save", [(0, RULES, "")]))
    assert run_module(pod_network_traces, **OPTIONS)["removed"] == foretold["removed"]


def test_a_machine_without_a_sign_of_the_network_is_left_alone(run_module, machine):
    options = {**OPTIONS, "configuration": "/etc/cni/net.d/10-other.conflist", "signs": ["/run/other"]}
    assert run_module(pod_network_traces, **options)["changed"] is False
    assert machine.calls == []


def test_a_path_that_holds_too_much_is_refused(run_module, machine):
    result = run_module(pod_network_traces, **{**OPTIONS, "files": ["/etc"]})
    assert "files has '/etc'" in result["msg"]
