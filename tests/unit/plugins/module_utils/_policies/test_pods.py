# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.pods import parse_pods


def pod(name="api", **more):
    return {"metadata": {"name": name, "namespace": "shop"}, "status": {"podIPs": [{"ip": "10.0.0.1"}]}, **more}


@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
def test_a_pod_that_has_ended_is_left_out(phase):
    assert parse_pods([pod(status={"phase": phase})]) == ()


@pytest.mark.parametrize(
    ("pods", "message"),
    [
        (
            [pod(status={"phase": "Pending"})],
            "shop/api: status.podIPs is missing: leave out a pod that has no address yet, or write the address that it "
            "will have, such as [{'ip': '10.244.1.5'}]",
        ),
        (
            [pod(), pod("agent", spec={"hostNetwork": True, "nodeName": "node1"})],
            "shop/api: spec.nodeName is missing, and shop/agent is on the host network, which pods of the same node "
            "always let in: give the name of the node",
        ),
    ],
)
def test_a_bad_pod_is_refused(pods, message):
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        parse_pods(pods)
