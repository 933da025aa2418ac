# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ipaddress import ip_address

from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.egress_blocks import read_egress_blocks

TO_SERVICES = {"to": [{"ipBlock": {"cidr": "10.96.0.0/12"}}]}
NETWORK = {"metadata": {"namespace": "shop", "name": "p"}, "spec": {"podSelector": {}, "egress": [TO_SERVICES]}}
ADMIN = {
    "kind": "AdminNetworkPolicy",
    "metadata": {"name": "ops"},
    "spec": {
        "priority": 1,
        "subject": {"namespaces": {}},
        "egress": [{"action": "Deny", "to": [{"networks": ["10.96.0.0/12"]}]}],
    },
}
SERVICE, POD = ip_address("10.96.0.7"), ip_address("10.244.0.7")


def test_the_policies_that_may_see_the_address_of_a_service():
    blocks = read_egress_blocks([NETWORK, ADMIN])
    both = "the API does not say whether shop/p, AdminNetworkPolicy ops sees the address of the Service"
    assert blocks.undecided(SERVICE, ["shop/p", "shop/other"]) == both
    # Without a policy that closes the connection, a rule of a NetworkPolicy opens nothing.
    assert blocks.undecided(SERVICE, []) == both.replace("shop/p, ", "")
    assert blocks.undecided(POD, ["shop/p"]) == ""
