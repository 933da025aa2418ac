"""A cluster that was made with `common_hardening`. The proof of its network was green, or converge had failed."""

from __future__ import annotations

import json
import secrets
import ssl
import time
import urllib.error
import urllib.request

import pytest
from etcd_data import has_text

HARDENING = "/etc/kubernetes/hardening"
AUDIT = "/var/log/kubernetes/audit"
HARD = ("--extra-vars", '{"common_hardening": true}')
PARAMETER = "/proc/sys/kernel/keys/root_maxkeys"


def make(kubectl, kind, field, value):
    """Make an object with a value, and return its name."""
    name = f"molecule-{secrets.token_hex(4)}"
    metadata = {"name": name, "namespace": "default"}
    kubectl.output(
        "create", "--filename=-", data={"apiVersion": "v1", "kind": kind, "metadata": metadata, field: value}
    )
    return name


@pytest.fixture(scope="module")
def value():
    """The value of the Secret, which etcd and the audit log must not show."""
    return f"value-{secrets.token_hex(16)}"


@pytest.fixture(scope="module")
def secret(kubectl, value):
    """A Secret, made and read through the API. Its name."""
    name = make(kubectl, "Secret", "stringData", {"password": value})
    kubectl.output("get", "secret", name, "--output=yaml")
    return name


def test_the_proof_of_the_network_is_green(reports):
    summary = reports("flannel")["summary"]
    assert summary["passed"] == summary["cells"] > 0


def test_a_secret_is_unreadable_in_etcd(kubectl, on, secret, value):
    master = on("master")
    plain = f"plain-{secrets.token_hex(16)}"
    make(kubectl, "ConfigMap", "data", {"text": plain})
    assert has_text(master, plain)  # the same search finds plain text
    assert has_text(master, f"/registry/secrets/default/{secret}")
    assert has_text(master, "k8s:enc:secretbox:v1:podnet1:")
    assert not has_text(master, value)


def test_the_audit_log_tells_who_did_what_and_no_value(on, secret, value):
    master = on("master")
    lines = master.check_output(f"grep -F %s {AUDIT}/audit.log", secret).splitlines()
    events = [json.loads(line) for line in lines]
    [made] = [one for one in events if one["verb"] == "create"]
    assert (made["level"], made["objectRef"]["resource"], made["user"]["username"]) == (
        "Metadata",
        "secrets",
        "kubernetes-admin",
    )
    assert {one["verb"] for one in events} >= {"create", "get"}
    for text in (value, '"requestObject"', '"responseObject"'):
        assert master.run(f"grep -rqF -e %s {AUDIT}", text).rc == 1
    assert master.check_output(f"stat -c %a {AUDIT} {AUDIT}/audit.log").split() == ["700", "600"]


def test_the_key_is_for_root_alone_and_nowhere_else(on, root):
    master = on("master")
    modes = master.check_output(f"stat -c %a:%U {HARDENING} {HARDENING}/encryption.yaml {HARDENING}/audit-policy.yaml")
    assert modes.split() == ["700:root", "600:root", "600:root"]
    key = master.check_output(f"sed -n 's/^ *secret: //p' {HARDENING}/encryption.yaml")
    assert len(key) == 44
    for name in ("node1", "node2"):
        assert not on(name).file(f"{HARDENING}/encryption.yaml").exists
    arguments = master.check_output("cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\000' '\\n'; true")
    assert key not in arguments
    assert key not in master.check_output("cat /etc/kubernetes/manifests/*.yaml /etc/kubernetes/kubeadm.yaml")
    kept = [path for path in (root / "lab/inventory/.podnet").rglob("*") if path.is_file()]
    assert [path for path in kept if key.encode() in path.read_bytes()] == []


def test_an_anonymous_request_to_each_kubelet_is_refused(inventory):
    context = ssl._create_unverified_context()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
    for address in inventory.nodes.values():
        with pytest.raises(urllib.error.HTTPError) as refused:
            opener.open(f"https://{address}:10250/pods", timeout=10)
        assert refused.value.code == 401


def test_all_kubelets_have_the_settings(kubectl, inventory):
    """A node that joins follows the cluster."""
    for name in inventory.nodes:
        found = json.loads(kubectl.output("get", "--raw", f"/api/v1/nodes/{name}/proxy/configz"))["kubeletconfig"]
        assert found["protectKernelDefaults"] is True
        assert found["seccompDefault"] is True
        assert found["authentication"]["anonymous"]["enabled"] is False
        assert found["enableProfilingHandler"] is False
        assert "TLS_RSA_WITH_AES_128_CBC_SHA" not in found["tlsCipherSuites"]


def test_the_api_server_gives_no_profiles(kubectl):
    assert kubectl.run("get", "--raw", "/debug/pprof/").returncode != 0
    assert kubectl.output("get", "--raw", "/readyz") == "ok"


def test_a_kubelet_does_not_start_where_a_kernel_parameter_is_wrong(on, kubectl):
    """A file over the parameter is seen in this node alone. The kernel of the machine keeps its value."""
    node = on("node2")
    node.check_output(f"echo 200 > /run/wrong && mount --bind /run/wrong {PARAMETER}")
    try:
        began = int(node.check_output("date +%s"))
        node.run("systemctl restart --no-block kubelet")
        said = f"journalctl --unit=kubelet --since=@{began} --output=cat --no-pager"
        deadline = time.monotonic() + 60
        while "invalid kernel flag: kernel/keys/root_maxkeys" not in node.check_output(said):
            assert time.monotonic() < deadline, node.check_output(said)[-2000:]
            time.sleep(1)
    finally:
        node.check_output(
            f"umount {PARAMETER}; rm /run/wrong; systemctl reset-failed kubelet; systemctl restart kubelet"
        )
    kubectl.output("wait", "--for=condition=Ready", "node/node2", "--timeout=60s")


def test_a_second_run_and_check_mode_change_nothing(play, changes):
    assert set(changes(play("playbooks/cluster.yml", *HARD)).values()) == {0}
    assert set(changes(play("playbooks/cluster.yml", "--check", *HARD)).values()) == {0}


@pytest.mark.parametrize("limit", ["all", "node1"])
def test_a_run_without_the_variable_is_refused_before_any_change(play, limit):
    refused = play("playbooks/cluster.yml", "--limit", f"{limit},localhost")
    said = " ".join(refused.stdout.split())
    assert refused.returncode == 2
    assert "and the cluster was made with it, which cannot change later: set it to true" in said
    assert "changed=0" in refused.stdout


def test_the_diagnosis_finds_nothing(names_nothing):
    names_nothing()


def test_a_reset_takes_the_key_and_the_audit_log_away(play, on):
    done = play("playbooks/reset.yml", "--extra-vars", "podnet_reset_confirmed=true")
    assert done.returncode == 0, done.stdout
    assert on("master").run(f"ls -d {HARDENING} {AUDIT} /var/log/kubernetes").stdout == ""
