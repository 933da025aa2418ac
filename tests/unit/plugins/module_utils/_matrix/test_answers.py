# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.answers import mark_missing, read_answers
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import Endpoint

ENDPOINTS = [
    Endpoint("own/a-1", "pod", ("10.244.0.2",), node="a", own=True),
    Endpoint("own/b-1", "pod", ("10.244.1.2",), node="b", own=True),
    Endpoint("a", "node", ("10.0.0.1",), node="a"),
    Endpoint("b", "node", ("10.0.0.2",), node="b"),
    Endpoint("own/on-a:80", "service", ("10.96.0.2",), own=True, backend_nodes=("a",)),
    Endpoint("own/on-b:80", "service", ("10.96.0.3",), own=True, backend_nodes=("b",)),
    Endpoint("own/on-a:80@b", "nodeport", ("10.0.0.2",), own=True, backend_nodes=("a",), via="b"),
    # Another's server answers, whether or not the play reaches its node.
    Endpoint("kube-system/dns:dns", "dns", ("10.96.0.10",), backend_nodes=("b",)),
]
UNREACHABLE = {
    "unreachable": True,
    "msg": "Failed to connect to the host via ssh: ssh: connect to host 10.0.0.2 port 22: No route to host\n",
}
ROUTE = "is unreachable: ssh: connect to host 10.0.0.2 port 22: No route to host"


# ansible-core 2.19, with pipelining.
PIPELINED = {
    "unreachable": True,
    "msg": 'Task failed: Data could not be sent to remote host "10.0.0.2". Make sure this host can be reached '
    "over ssh: ssh: connect to host 10.0.0.2 port 22: No route to host",
}


def marked(hosts, inventory=()):
    """Mark the endpoints after these hosts answered: {name: (result, address)}."""
    results, addresses = [one for one, _address in hosts.values()], [address for _one, address in hosts.values()]
    return mark_missing(ENDPOINTS, read_answers(list(hosts), results, addresses), inventory)


def test_all_hosts_answered():
    assert marked({"x": ({"node": "a"}, ""), "y": ({"node": "b"}, "")}) == ENDPOINTS


@pytest.mark.parametrize(
    ("host", "result", "address", "reason"),
    [
        pytest.param("b", UNREACHABLE, "", f"b: host b {ROUTE}", id="by its name"),
        pytest.param(
            "B.example.", UNREACHABLE, "", f"b is none of the hosts that answered, and host B.example. {ROUTE}"
        ),
        pytest.param("b", PIPELINED, "", f"b: host b {ROUTE}", id="in the words of a pipelined connection"),
        pytest.param("second", UNREACHABLE, "10.0.0.2", f"b: host second {ROUTE}", id="by its address"),
        pytest.param(
            "second",
            UNREACHABLE,
            "jump",
            f"b is none of the hosts that answered, and host second {ROUTE}",
            id="unknown",
        ),
        pytest.param("b", {}, "", "b: host b gave no result", id="lost before"),
        pytest.param("b", None, None, "b: host b gave no result", id="nothing at all"),
        pytest.param("b", {"failed": True, "msg": "no\n room."}, "", "b: host b failed: no room", id="failed"),
        pytest.param(
            "b", {"unreachable": True}, "", "b: host b is unreachable: Ansible gives no reason", id="no reason"
        ),
    ],
)
def test_a_host_that_did_not_answer(host, result, address, reason):
    found = {one.name: one.missing for one in marked({"a": ({"node": "a"}, ""), host: (result, address)})}
    assert {name for name, words in found.items() if words} == {"own/b-1", "b", "own/on-b:80", "own/on-a:80@b"}
    assert {words for words in found.values() if words} == {reason}


@pytest.mark.parametrize(
    ("inventory", "words"), [(["a", "b"], "run the play on all nodes, without --limit"), (["a"], "add the node to the")]
)
def test_a_node_that_is_no_host_of_the_play(inventory, words):
    found = {one.name: one.missing for one in marked({"a": ({"node": "a"}, "")}, inventory)}
    assert found["b"].startswith(f"b is no host of this play: {words}")
    assert found["a"] is None


def test_the_api_s_reason_stays():
    endpoints = [*ENDPOINTS[:3], Endpoint("b", "node", (), node="b", missing="b is not ready: x")]
    answers = read_answers(["a", "b"], [{"node": "a"}, {"node": "b"}], ["", ""])
    assert mark_missing(endpoints, answers)[3].missing == "b is not ready: x"
    assert mark_missing(endpoints, answers)[1].missing == "b is not ready: x"


def test_a_play_without_a_node_is_refused():
    with pytest.raises(
        InputError, match=r"^no host of the play can probe from a node of the cluster: a is none of the hosts "
    ):
        marked({"b": (UNREACHABLE, "")})
