# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import json
import stat
from types import SimpleNamespace

import pytest
import yaml
from ansible.errors import AnsibleActionFail

from ansible_collections.podnet.kubernetes.plugins.action import kubeconfig_keep
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError

PLACES = ["/etc/kubernetes/admin.conf", "/etc/rancher/k3s/k3s.yaml"]


def kubeconfig(server="https://10.0.0.1:6443", ca="Q0E=", token="secret"):
    return yaml.safe_dump(
        {
            "current-context": "a",
            "contexts": [{"name": "a", "context": {"cluster": "c", "user": "u"}}],
            "clusters": [{"name": "c", "cluster": {"server": server, "certificate-authority-data": ca}}],
            "users": [{"name": "u", "user": {"token": token}}],
        }
    )


def found(text=None, host="master", path=PLACES[0], unreadable=(), **fields):
    one = {"host": host, "address": "10.0.0.9", "unreadable": list(unreadable), **fields}
    return one if text is None else {**one, "path": path, "content": base64.b64encode(text.encode()).decode()}


@pytest.fixture
def keep(tmp_path):
    """A function that keeps what was found in OUT/admin.conf, and returns the result of the action."""

    def run(*results, check_mode=False):
        arguments = {"found": list(results), "places": PLACES, "dest": str(tmp_path / "out" / "admin.conf")}
        task = SimpleNamespace(args=arguments, check_mode=check_mode, async_val=0, action="keep")
        nothing = dict.fromkeys(["play_context", "loader", "templar", "shared_loader_obj"])
        connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir=None))
        try:
            return kubeconfig_keep.ActionModule(task, connection, **nothing).run(task_vars={})
        except AnsibleActionFail as error:
            return {"failed": True, "msg": error.message}

    return run


@pytest.fixture
def file(tmp_path):
    return tmp_path / "out" / "admin.conf"


def test_the_first_run_and_the_second(keep, file):
    result = keep(found(kubeconfig()))
    assert result == {
        "changed": True,
        "host": "master",
        "msg": f"The kubeconfig {file}, from master:/etc/kubernetes/admin.conf, is new.",
    }
    assert file.read_text() == kubeconfig()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    before = {path.name: path.stat().st_mtime_ns for path in file.parent.iterdir()}
    assert keep(found(kubeconfig()))["changed"] is False
    assert {path.name: path.stat().st_mtime_ns for path in file.parent.iterdir()} == before
    assert "secret" not in file.with_name("admin.conf.mark").read_text()


def test_check_mode_writes_nothing(keep, file):
    assert keep(found(kubeconfig()), check_mode=True)["changed"] is True
    assert not file.parent.exists()


def test_a_file_that_others_may_read_is_closed(keep, file):
    keep(found(kubeconfig()))
    file.chmod(0o644)
    keep(found(kubeconfig()))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_of_another_user_that_others_may_read_is_named(keep, file, monkeypatch):
    keep(found(kubeconfig()))
    file.chmod(0o644)

    def refuse(_path, _mode):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(type(file), "chmod", refuse)
    message = keep(found(kubeconfig()))["msg"]
    assert message.startswith(f"{file} grants all rights on the cluster, and others may read it: it cannot be closed (")
    assert "podnet_output_dir" in message


def test_a_changed_file_is_kept_until_the_cluster_is_another_one(keep, file):
    keep(found(kubeconfig()))
    changed = kubeconfig("https://vip.example.org:6443")
    file.write_text(changed)
    result = keep(found(kubeconfig()))
    assert (result["changed"], file.read_text()) == (False, changed)
    assert result["msg"].endswith("is kept, because somebody changed it; delete it to have the cluster's again.")
    remade = kubeconfig(ca="bmV3")
    result = keep(found(remade))
    assert (result["changed"], file.read_text()) == (True, remade)
    assert result["msg"].endswith(f"or for an earlier one. The old file is {file}.old.")
    assert file.with_name("admin.conf.old").read_text() == changed
    assert stat.S_IMODE(file.with_name("admin.conf.old").stat().st_mode) == 0o600


def test_a_file_of_ours_follows_the_cluster(keep, file):
    keep(found(kubeconfig()))
    assert keep(found(kubeconfig(token="renewed")))["changed"] is True
    assert file.read_text() == kubeconfig(token="renewed")
    assert not file.with_name("admin.conf.old").exists()


# An earlier version left no mark, or something else is broken.
@pytest.mark.parametrize("mark", [None, "", "[]", '{"written": 1}'])
def test_a_file_without_a_mark(keep, file, mark):
    file.parent.mkdir()
    file.write_text(kubeconfig("https://vip.example.org:6443"))
    if mark is not None:
        file.with_name("admin.conf.mark").write_text(mark)
    assert keep(found(kubeconfig()))["changed"] is False
    file.write_text("{ no kubeconfig")
    assert keep(found(kubeconfig()))["changed"] is True
    assert file.with_name("admin.conf.old").read_text() == "{ no kubeconfig"
    assert set(json.loads(file.with_name("admin.conf.mark").read_text())) == {"written", "certificates"}


def test_the_server_of_k3s_is_its_own_loopback_address(keep, file):
    text = kubeconfig("https://127.0.0.1:6443")
    assert keep(found(), found(text, host="server", path=PLACES[1]))["host"] == "server"
    cluster = yaml.safe_load(file.read_text())["clusters"][0]["cluster"]
    assert (cluster["server"], cluster["tls-server-name"]) == ("https://10.0.0.9:6443", "127.0.0.1")
    assert keep(found(text, host="server", path=PLACES[1]))["changed"] is False


def test_several_control_planes_of_one_cluster(keep):
    assert keep(found(kubeconfig(), host="one"), found(kubeconfig("https://b:6443"), host="two"))["host"] == "one"


def test_hosts_that_do_not_answer():
    answers = {f"n{number}": {"unreachable": True, "msg": "ssh: Connection\nrefused."} for number in range(5)}
    answers |= {"n5": {"skipped": True}, "n6": None}
    with pytest.raises(ClusterError) as raised:
        kubeconfig_keep.choose_source([found(host="n5")], PLACES, kubeconfig_keep.silent_hosts(answers, {}))
    reasons = [f"n{number} does not answer: ssh: Connection refused" for number in range(3)]
    assert str(raised.value).startswith(
        f"no kubeconfig was found: {'; '.join(reasons)}; and 2 more hosts: mend the connection"
    )


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        (
            {"rc": 127, "msg": "non-zero return code", "stdout": "/bin/sh: 1: sudo: not found\r\n", "stderr": ""},
            "n1 runs nothing as root: /bin/sh: 1: sudo: not found (see ansible_become and ansible_become_method)",
        ),
        (
            {"failed": True, "msg": "Missing sudo password"},
            "n1 runs nothing as root: Missing sudo password (see ansible_become and ansible_become_method)",
        ),
        ({"rc": 0}, "n1 runs no module: it needs Python, and ansible_python_interpreter names it"),
    ],
)
def test_hosts_that_run_no_module(result, reason):
    silent = kubeconfig_keep.silent_hosts({"n1": {"skipped": True}}, {"n1": result, "n2": {"skipped": True}})
    with pytest.raises(ClusterError, match="no kubeconfig was found") as raised:
        kubeconfig_keep.choose_source([], PLACES, silent)
    assert f"no kubeconfig was found: {reason}: mend" in str(raised.value)


@pytest.mark.parametrize(
    ("results", "sentence"),
    [
        (
            [found(host="a"), found(host="b")],
            "there is no kubeconfig on a, b (looked for /etc/kubernetes/admin.conf, /etc/rancher/k3s/k3s.yaml): put a",
        ),
        ([], "there is no kubeconfig on any host (looked for "),
        (
            [found(host="a", unreadable=PLACES[1:])],
            "a:/etc/rancher/k3s/k3s.yaml may be read by root only: set ansible_become",
        ),
        (
            [found(kubeconfig(), host="a"), found(kubeconfig(ca="bmV3"), host="b")],
            "a:/etc/kubernetes/admin.conf and b:/etc/kubernetes/admin.conf belong to different clusters: give one",
        ),
        ([found("{")], "kubeconfig master:/etc/kubernetes/admin.conf, line 1: it is no YAML: "),
        ([found("")], "kubeconfig master:/etc/kubernetes/admin.conf: it names no current-context: "),
        ([found(kubeconfig(server=""))], "kubeconfig master:/etc/kubernetes/admin.conf: the server is '': "),
        (
            [{**found("x"), "content": base64.b64encode(b"\xff").decode()}],
            "kubeconfig master:/etc/kubernetes/admin.conf: it is no text",
        ),
    ],
)
def test_what_cannot_be_kept_is_named(keep, file, results, sentence):
    result = keep(*results)
    assert result["failed"]
    assert result["msg"].startswith(sentence)
    assert not file.exists()


def test_a_directory_that_cannot_be_made(keep, tmp_path):
    (tmp_path / "out").write_text("a file")
    assert keep(found(kubeconfig()))["msg"].startswith(f"{tmp_path}/out/admin.conf cannot be ")
