"""The diagnosis names nothing on a healthy cluster, and a fault first, until its remedy."""

from __future__ import annotations


def test_a_healthy_cluster_has_no_finding(diagnose):
    done, found = diagnose()
    assert done.returncode == 0, done.stdout
    assert (found["findings"], found["not_looked_at"]) == ([], [])


def test_a_rule_that_drops_packets_between_pods_is_named_until_it_is_gone(diagnose, on):
    rule = "FORWARD -s 10.244.0.0/16 -j DROP"
    on("node1").check_output(f"iptables -I {rule}")
    try:
        done, found = diagnose()
    finally:
        on("node1").check_output(f"iptables -D {rule}")
    assert done.returncode == 2
    assert [(one["id"], one["nodes"], one["evidence"]) for one in found["findings"]] == [
        ("forward_drop", ["node1"], [f"-A {rule}"])
    ]
    shown = " ".join(done.stdout.split())
    assert "1. error: The packet filter of node1 drops packets between pods (forward_drop" in shown
    assert diagnose()[1]["findings"] == []
