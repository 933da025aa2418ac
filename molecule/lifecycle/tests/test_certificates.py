"""Certificates are renewed before they end, and the static pods that read them are restarted."""

from __future__ import annotations

import re

import pytest

SOON = ("--extra-vars", "certificates_renew_before=3650")  # days; kubeadm's certificates end after a year


@pytest.fixture(scope="module")
def served(on):
    """A function that reads when the API's certificate ends, from the connection."""
    command = "true | openssl s_client -connect 127.0.0.1:6443 2>/dev/null | openssl x509 -noout -enddate -serial"
    return lambda: on("master").check_output(command)


def test_nothing_ends_soon_and_nothing_is_changed(play, changes, inventory):
    done = play("playbooks/certificates.yml")
    counts = changes(done)
    assert {name: counts[name] for name in inventory.nodes} == dict.fromkeys(inventory.nodes, 0)
    assert re.search(r"/etc/kubernetes/pki/apiserver\.crt ends on \d{4}-\d\d-\d\d, in 36\d days", done.stdout)


def test_certificates_are_renewed_and_the_api_serves_the_new_one(play, changes, served, on, kubeconfig, kubectl):
    before, old_conf = served(), kubeconfig.read_text()
    master = on("master")
    files = "sha256sum /etc/kubernetes/pki/*.crt /etc/kubernetes/pki/etcd/*.crt"
    certificates = set(master.check_output(files).splitlines())
    foretold = changes(play("playbooks/certificates.yml", *SOON, "--check"))
    assert set(master.check_output(files).splitlines()) == certificates
    counts = changes(play("playbooks/certificates.yml", *SOON))
    # The certificates, and admin.conf on the controller, which check mode finds unchanged.
    assert counts["master"] == 2
    assert foretold["master"] == 1
    assert served() != before
    # The CAs stay.
    kept = certificates & set(master.check_output(files).splitlines())
    assert sorted(line.rpartition("/")[2] for line in kept) == ["ca.crt", "ca.crt", "front-proxy-ca.crt"]
    assert kubeconfig.read_text() != old_conf
    assert len(kubectl.items("nodes")) == 3


def test_static_pods_that_a_killed_run_did_not_restart_are_restarted(play, changes, on, inventory):
    on("master").check_output("touch /etc/kubernetes/scheduler.conf")
    done = play("playbooks/certificates.yml")
    assert changes(done)["master"] == 1
    counts = changes(play("playbooks/certificates.yml"))
    assert {name: counts[name] for name in inventory.nodes} == dict.fromkeys(inventory.nodes, 0)
