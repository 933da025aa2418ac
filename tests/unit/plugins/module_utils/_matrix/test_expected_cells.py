# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import CellKey
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.expected_cells import (
    by_key,
    find_changes,
    load_expected_cells,
)

CELL = {
    "source": "shop/api",
    "target": "shop/db",
    "port": 80,
    "protocol": "TCP",
    "family": "ipv4",
    "allowed": False,
    "because": "ingress: selected by shop/deny-all, and no rule allows it",
    "decided_by": "api",
}
ICMP = {**CELL, "protocol": "ICMP", "port": None, "decided_by": "implementation"}


def without(*names):
    return {name: value for name, value in CELL.items() if name not in names}


def test_the_forms_of_the_filter_are_loaded_as_they_are():
    cells = load_expected_cells([CELL, ICMP], "cells")
    assert [cell._asdict() for cell in cells] == [CELL, ICMP]


@pytest.mark.parametrize("entry", [without("because", "decided_by"), {**CELL, "because": None, "decided_by": None}])
def test_fields_that_may_be_left_out(entry):
    (cell,) = load_expected_cells([entry], "cells")
    assert (cell.because, cell.decided_by) == ("policies", "api")
    assert load_expected_cells([{**without("port"), "protocol": "ICMP"}], "cells")[0].port is None


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"cells": []}, "cells is an object with cells, not a list"),
        ("all", "cells is 'all', not a list of objects"),
        ([CELL, "all"], "cells[1] is 'all', not an object with source, target, port, protocol, "),
        ([{**CELL, "check": "tcp"}], "cells[0].check is unknown: cells[0] has source, target, port, protocol, "),
        (
            [CELL, without("allowed")],
            "cells[1] has no allowed: give cells as the filter expected_connectivity returns them",
        ),
        ([without("source")], "cells[0] has no source"),
        ([{**CELL, "source": 7}], "cells[0].source is 7, not a text"),
        ([{**CELL, "because": ""}], "cells[0].because is '', not a text"),
        ([{**CELL, "protocol": "tcp"}], "cells[0].protocol is 'tcp': give TCP, UDP, SCTP or ICMP"),
        ([{**CELL, "family": "IPv4"}], "cells[0].family is 'IPv4': give ipv4 or ipv6"),
        ([{**CELL, "decided_by": "me"}], "cells[0].decided_by is 'me': give api or implementation"),
        ([{**CELL, "allowed": "no"}], "cells[0].allowed is 'no': give true or false"),
        ([{**CELL, "allowed": None, "decided_by": "api"}], "cells[0].allowed is None: give true or false"),
        ([{**CELL, "port": "80"}], "cells[0].port is '80': give a port number from 1 to 65535"),
        ([without("port")], "cells[0].port is None: give a port number from 1 to 65535"),
        ([{**ICMP, "port": 80}], "cells[0].port is 80: leave the port out, because ICMP has none"),
    ],
)
def test_bad_cells_are_one_clear_error(value, message):
    with pytest.raises(InputError, match=f"^{re.escape(message)}"):
        load_expected_cells(value, "cells")


def cell(target="shop/db", protocol="TCP", allowed=True, **more):
    (one,) = load_expected_cells(
        [{**CELL, "target": target, "protocol": protocol, "allowed": allowed, **more}], "cells"
    )
    return one


def test_the_cell_of_the_matrix():
    assert cell().key == CellKey("shop/api", "shop/db", "tcp", "ipv4", 80)
    assert cell(protocol="ICMP", port=None, family="ipv6").key == CellKey("shop/api", "shop/db", "icmp", "ipv6", None)
    assert (cell().outcome, cell(allowed=False).outcome) == ("reachable", "blocked")


UNDECIDED = {"allowed": None, "decided_by": "implementation"}


def test_an_undecided_cell_is_no_change_and_one_that_becomes_decided_is():
    assert cell(**UNDECIDED).outcome == "any"
    assert find_changes([cell(**UNDECIDED)], [cell()]) == []
    assert find_changes([cell()], [cell(**UNDECIDED)]) == [cell()]


def test_a_cell_that_cannot_be_probed_has_no_key():
    tcp, udp = cell(), cell(protocol="UDP")
    assert by_key([tcp, cell(protocol="SCTP"), cell(target="shop/api"), udp, tcp], "cells") == {
        tcp.key: tcp,
        udp.key: udp,
    }


def test_cells_that_contradict_one_another():
    message = (
        "cells has shop/api -> shop/db, tcp 80, ipv4 both allowed and denied: give the cells of one set of policies"
    )
    with pytest.raises(InputError, match=f"^{message}$"):
        by_key([cell(), cell(protocol="UDP"), cell(allowed=False)], "cells")


@pytest.mark.parametrize(
    ("before", "changed"),
    [
        pytest.param([cell()], False, id="the same"),
        pytest.param([cell(because="another policy", decided_by="implementation")], False, id="for another reason"),
        pytest.param([], True, id="was not there"),
        pytest.param([cell(allowed=False)], True, id="was not allowed"),
        pytest.param([cell(source="shop/web")], True, id="another source"),
        pytest.param([cell(target="shop/web")], True, id="another target"),
        pytest.param([cell(protocol="UDP")], True, id="another protocol"),
        pytest.param([cell(protocol="SCTP")], True, id="SCTP"),
        pytest.param([cell(port=81)], True, id="another port"),
        pytest.param([cell(family="ipv6")], True, id="another family"),
    ],
)
def test_a_change(before, changed):
    assert find_changes([cell()], before) == ([cell()] if changed else [])


def test_changes_keep_their_order_and_leave_out_a_pod_and_itself():
    after = [cell(target="shop/web"), cell(target="shop/api"), cell(), cell(protocol="SCTP")]
    assert find_changes(after, [cell(target="shop/gone")]) == [after[0], after[2], after[3]]
    assert find_changes(after, after) == []
