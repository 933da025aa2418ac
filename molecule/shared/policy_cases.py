"""Policies for nine pods: a, b and c in each of the namespaces x, y and z. Each case covers another feature.

A case is a name and, for each policy, its NAMESPACE/NAME and its spec. The pods are labelled `pod: a` and so on, the
namespaces `ns: x`. Every pod has port 80, named `http` on a and b and `web` on c, and port 81, named `other`.
"""

from __future__ import annotations

A, B, C = ({"matchLabels": {"pod": name}} for name in "abc")
EVERYBODY = {}
X, Y, Z = ({"matchLabels": {"ns": name}} for name in "xyz")
NOBODY_IN = {"podSelector": {}, "policyTypes": ["Ingress"]}


def expression(key, operator, *values):
    """Return a selector with one expression."""
    return {"matchExpressions": [{"key": key, "operator": operator, **({"values": [*values]} if values else {})}]}


def ingress(pods, *rules):
    """Return a spec that lets in what the rules say."""
    return {"podSelector": pods, "policyTypes": ["Ingress"], "ingress": list(rules)}


def egress(pods, *rules):
    """Return a spec that lets out what the rules say."""
    return {"podSelector": pods, "policyTypes": ["Egress"], "egress": list(rules)}


def from_(*peers, ports=None):
    """Return an ingress rule."""
    return {"from": list(peers), **({"ports": ports} if ports else {})}


def to(*peers, ports=None):
    """Return an egress rule."""
    return {"to": list(peers), **({"ports": ports} if ports else {})}


def cases(address, networks):
    """Return the cases; `address` gives a pod's address by its name, `networks` the blocks that hold all pods."""
    one = {"ipBlock": {"cidr": f"{address['y/a']}/32"}}
    but_one = {"ipBlock": {"cidr": networks, "except": [f"{address['y/a']}/32", f"{address['z/b']}/32"]}}
    return {
        "deny-ingress": {"x/p": NOBODY_IN},
        "deny-egress": {"x/p": {"podSelector": {}, "policyTypes": ["Egress"]}},
        "deny-both": {"y/p": {"podSelector": B, "policyTypes": ["Ingress", "Egress"]}},
        "allow-all-over-deny": {"x/deny": NOBODY_IN, "x/allow": ingress(EVERYBODY, {})},
        "pod-selector": {"x/p": ingress(A, from_({"podSelector": B}))},
        "namespace-selector": {"x/p": ingress(A, from_({"namespaceSelector": Y}))},
        "both-selectors": {"x/p": ingress(A, from_({"namespaceSelector": Y, "podSelector": B}))},
        "either-selector": {"x/p": ingress(A, from_({"namespaceSelector": Y}, {"podSelector": B}))},
        "every-namespace": {"x/p": ingress(A, from_({"namespaceSelector": {}, "podSelector": C}))},
        "in": {"x/p": ingress(expression("pod", "In", "a", "b"), from_({"podSelector": A}))},
        "not-in": {
            "x/p": ingress(
                expression("pod", "NotIn", "a"), from_({"namespaceSelector": expression("ns", "NotIn", "z")})
            )
        },
        "exists": {"y/p": ingress(A, from_({"namespaceSelector": {}, "podSelector": expression("pod", "Exists")}))},
        "does-not-exist": {"y/p": ingress(A, from_({"podSelector": expression("pod", "DoesNotExist")}))},
        "port": {"x/p": ingress(A, {"ports": [{"port": 80}]})},
        "protocol": {"x/p": ingress(A, {"ports": [{"protocol": "UDP"}]})},
        "named-port": {"x/p": ingress(EVERYBODY, {"ports": [{"port": "http"}]})},
        "named-port-out": {"x/p": egress(A, to({"namespaceSelector": {}}, ports=[{"port": "web"}]))},
        "end-port": {
            "x/p": ingress(
                A, {"ports": [{"port": 79, "endPort": 80}]}, {"ports": [{"port": 81, "endPort": 90, "protocol": "UDP"}]}
            )
        },
        "ip-block": {"x/p": ingress(A, from_(one))},
        "ip-block-except": {"x/p": ingress(A, from_(but_one))},
        "egress-to-pods": {"x/p": egress(A, to({"podSelector": B}))},
        "egress-to-namespace-and-port": {
            "z/p": egress(EVERYBODY, to({"namespaceSelector": X}, ports=[{"port": 81, "protocol": "TCP"}]))
        },
        "egress-and-ingress": {
            "x/p": egress(A, to({"namespaceSelector": Y})),
            "y/p": ingress(A, from_({"namespaceSelector": Z})),
        },
        "additive": {
            "x/p": ingress(A, from_({"podSelector": B}, ports=[{"port": 80}])),
            "x/q": ingress(A, from_({"namespaceSelector": Z}, ports=[{"port": 81}])),
        },
    }
