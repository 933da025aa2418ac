# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.expiry import (
    COMPONENTS,
    DAY,
    PLACES,
    Certificate,
    Renewal,
    describe,
    plan_renewal,
    read_start,
)

NOW = 1_800_000_000.0  # 2027-01-15
PLACE = {place.path.rpartition("/")[2]: place for place in PLACES if "/etcd/" not in place.path}
ETCD = {place.path.rpartition("/")[2]: place for place in PLACES if "/etcd/" in place.path}
STARTED = dict.fromkeys(COMPONENTS, NOW - DAY)


def certificate(place, days, written=NOW - 2 * DAY):
    return Certificate(place, NOW + days * DAY, written)


def plan(*certificates, started=None):
    return plan_renewal(certificates, STARTED if started is None else started, NOW, 30 * DAY)


def test_nothing_ends_soon():
    assert plan(*(certificate(place, 31) for place in PLACES)) == Renewal((), (), ())


def test_certificates_that_end_soon_are_renewed_and_their_readers_restarted_in_order():
    found = plan(
        certificate(PLACE["scheduler.conf"], 29),
        certificate(PLACE["apiserver.crt"], 1),
        certificate(ETCD["peer.crt"], -1),
        certificate(PLACE["admin.conf"], 2),
        certificate(ETCD["healthcheck-client.crt"], 3),
        certificate(PLACE["front-proxy-client.crt"], 300),
    )
    assert found.renew == ("admin.conf", "apiserver", "etcd-healthcheck-client", "etcd-peer", "scheduler.conf")
    assert found.restart == ("etcd", "kube-apiserver", "kube-scheduler")
    assert found.ending == ()


def test_a_static_pod_that_is_older_than_its_certificate_is_restarted():
    """As after a run that was killed between both."""
    assert plan(certificate(PLACE["apiserver.crt"], 300, written=NOW)) == Renewal((), ("kube-apiserver",), ())
    assert plan(certificate(PLACE["admin.conf"], 300, written=NOW)) == Renewal((), (), ())
    # One that does not run reads the certificate when it starts.
    assert plan(certificate(PLACE["apiserver.crt"], 300, written=NOW), started={}) == Renewal((), (), ())


@pytest.mark.parametrize(
    ("name", "words"),
    [("ca.crt", "kubeadm renews no CA"), ("kubelet-client-current.pem", "the kubelet renews it by itself")],
)
def test_what_kubeadm_does_not_renew_is_named(name, words):
    found = plan(certificate(PLACE[name], 3))
    assert (found.renew, found.restart) == ((), ())
    assert f"{PLACE[name].path} ends on 2027-01-18, in 3 days: {words}" in found.ending[0]


def test_an_end_is_described_before_and_after_it():
    assert describe(certificate(PLACE["apiserver.crt"], 2.5), NOW) == (
        "/etc/kubernetes/pki/apiserver.crt ends on 2027-01-17, in 2 days"
    )
    assert describe(certificate(PLACE["apiserver.crt"], -1), NOW).endswith("ends on 2027-01-14, 1 days ago")


def test_names_are_those_of_kubeadm():
    """The names that `kubeadm certs renew` of Kubernetes 1.36 lists."""
    assert {place.name for place in PLACES if place.name} == {
        "admin.conf",
        "apiserver",
        "apiserver-etcd-client",
        "apiserver-kubelet-client",
        "controller-manager.conf",
        "etcd-healthcheck-client",
        "etcd-peer",
        "etcd-server",
        "front-proxy-client",
        "scheduler.conf",
        "super-admin.conf",
    }


def test_the_start_of_a_process_is_read_behind_any_name():
    stat = "42 (a (b) c) S " + " ".join(str(number) for number in range(4, 53))
    # Field 22 of proc(5) is the start, in clock ticks since the boot.
    assert read_start(stat, 1000.0, 2) == 1000.0 + 22 / 2
