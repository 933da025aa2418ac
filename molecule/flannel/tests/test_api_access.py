"""The proof reaches an API that is closed for the controller, and finds kubeconfigs that kubeadm did not write."""

from __future__ import annotations

import json
import socket

import pytest
import yaml

PLACE = "/etc/rancher/k3s/k3s.yaml"


@pytest.fixture(scope="module")
def control_plane(inventory):
    return next(name for name in inventory.nodes if name not in inventory.workers)


@pytest.fixture
def closed(on, inventory, control_plane):
    """The API refuses connections from the controller, and from nobody else."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((inventory.nodes[control_plane], 9))
        controller = probe.getsockname()[0]
    rule = f"INPUT --source {controller} --protocol tcp --dport 6443 --jump REJECT --reject-with tcp-reset"
    on(control_plane).check_output(f"iptables --wait --insert {rule}")
    yield
    on(control_plane).check_output(f"iptables --wait --delete {rule}")


@pytest.fixture
def k3s(on, control_plane):
    """The control plane has its kubeconfig also where k3s has it, in the form of k3s."""
    host = on(control_plane)
    config = yaml.safe_load(host.check_output("cat /etc/kubernetes/admin.conf"))
    # The certificates of k3s have the loopback address, kubeadm's do not.
    config["clusters"][0]["cluster"].update({"server": "https://127.0.0.1:6443", "tls-server-name": "kubernetes"})
    host.check_output("mkdir -p /etc/rancher/k3s")
    host.check_output("python3 -c %s %s", f"import sys; open('{PLACE}', 'w').write(sys.argv[1])", json.dumps(config))
    yield
    host.check_output("rm -r /etc/rancher")


@pytest.fixture
def verify(play, tmp_path):
    """A function that verifies with variables, into a directory of its own, and gives the run and its summary."""

    def run(**variables):
        values = {"podnet_output_dir": str(tmp_path / "out"), "connectivity_name": "api", **variables}
        done = play("playbooks/verify.yml", "--extra-vars", json.dumps(values))
        path = tmp_path / "out/reports/api/report.json"
        return done, json.loads(path.read_text())["summary"] if path.exists() else None

    return run


def test_a_closed_api_is_named_with_what_to_set(verify, closed, inventory, control_plane):
    done, summary = verify()
    assert (done.returncode, summary) == (2, None)
    words = " ".join(done.stdout.split())
    assert f"no connection to the API at https://{inventory.nodes[control_plane]}:6443 (kubeconfig" in words
    assert "Connection refused: the controller does not reach the API: set podnet_api_through=control_plane" in words
    assert "HTTPSConnectionPool" not in words


def test_the_control_plane_asks_a_closed_api_of_k3s(verify, closed, k3s, control_plane, tmp_path):
    done, summary = verify(
        podnet_group="all", podnet_api_through="control_plane", cluster_access_places=["/nonexistent", PLACE]
    )
    assert done.returncode == 0, done.stdout
    assert summary["passed"] == summary["cells"] > 0
    assert f"{control_plane} asks the API at https://" in " ".join(done.stdout.split())
    cluster = yaml.safe_load((tmp_path / "out/admin.conf").read_text())["clusters"][0]["cluster"]
    assert cluster["tls-server-name"] == "kubernetes"


def test_a_changed_admin_conf_is_kept_and_used(verify, tmp_path):
    # It ends with an error soon after the kubeconfig is there.
    soon = {"connectivity_own_pods": 0, "connectivity_pod_selectors": [{"namespace": "molecule-none"}]}
    verify(**soon)
    path = tmp_path / "out/admin.conf"
    path.write_text(f"{path.read_text()}# mine\n")
    done, _summary = verify(**soon)
    assert "is kept, because somebody changed it" in " ".join(done.stdout.split())
    assert path.read_text().endswith("# mine\n")
