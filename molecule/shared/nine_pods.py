"""The nine pods of the policy cases, and the steps that the cases make."""

from __future__ import annotations

IMAGE = "registry.k8s.io/pause:3.10.2"
NAMESPACES = "xyz"
PODS = [f"{namespace}/{name}" for namespace in NAMESPACES for name in "abc"]
PORTS = [{"port": port, "protocol": protocol} for port in (80, 81) for protocol in ("TCP", "UDP")]


def pod(name, node):
    """Return the object of one of the nine pods."""
    namespace, short = name.split("/")
    ports = [
        {"name": "web" if short == "c" else "http", "containerPort": 80},
        {"name": "other", "containerPort": 81},
    ]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": short, "namespace": namespace, "labels": {"pod": short}},
        "spec": {
            "nodeName": node,
            "tolerations": [{"operator": "Exists"}],
            "terminationGracePeriodSeconds": 0,
            "containers": [{"name": "pause", "image": IMAGE, "ports": ports}],
        },
    }


def addresses(kubectl):
    """Return the addresses of the nine pods."""
    found = kubectl.items("pods", "--all-namespaces", "--selector=pod")
    return {f"{one['metadata']['namespace']}/{one['metadata']['name']}": one["status"]["podIP"] for one in found}


def policy(name, spec):
    """Return the object of a policy."""
    namespace, short = name.split("/")
    metadata = {"name": short, "namespace": namespace}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": spec}


def steps_of(found):
    """Return the steps of the entry point, one for each case."""
    return [
        {"name": name, "policies": [policy(key, spec) for key, spec in policies.items()]}
        for name, policies in found.items()
    ]


def check_cases(found, reports, least=20):
    """Check the reports of at least so many cases: each cell passed, and the cases really keep pods apart."""
    mixed = 0
    assert set(reports) == set(found)
    for name, step in reports.items():
        cells = step["report"]["cells"]
        assert len(cells) == 288, name
        assert {cell["verdict"] for cell in cells} == {"passed"}, name
        outcomes = {}
        for cell in cells:
            outcomes.setdefault(cell["target"], set()).add(cell["outcome"])
        assert any("blocked" in each for each in outcomes.values()) or name in ("allow-all-over-deny", "exists"), name
        mixed += any(each == {"reachable", "blocked"} for each in outcomes.values())
    assert len(found) >= least
    assert mixed >= len(found) / 2
