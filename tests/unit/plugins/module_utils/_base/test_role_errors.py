# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.role_errors import name_variables

VARIABLES = {"services": "shop_services", "services_more": "shop_more"}


@pytest.mark.parametrize("kind", ["filter", "lookup"])
def test_the_plugin_s_sentence_is_the_last_part(kind):
    account = f"Task failed: Error while resolving 'a': The {kind} plugin 'podnet.kubernetes.one' failed: services is x"
    assert name_variables(account, VARIABLES) == "shop_services is x"
    assert name_variables(account, {}) == "services is x"


def test_a_longer_option_is_another_one():
    assert name_variables("services_more is empty", VARIABLES) == "shop_more is empty"


def test_a_message_of_another_origin_stays():
    assert name_variables("Task failed: no such host", VARIABLES) == "Task failed: no such host"


# As kubernetes.core 6 and urllib3 2 write them.
STACK = (
    "Failed to get client due to HTTPSConnectionPool(host='10.100.198.200', port=6443): Max retries exceeded with url: "
    "/version (Caused by NewConnectionError(\"HTTPSConnection(host='10.100.198.200', port=6443): Failed to establish a "
    'new connection: [Errno 111] Connection refused"))'
)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (None, "Connection refused"),
        ("[Errno 113] No route to host", "No route to host"),
        ("[Errno -2] Name or service not known", "Name or service not known"),
        ("ConnectTimeoutError(<...>, 'Connection to 10.0.0.1 timed out. (connect timeout=None)')", "timed out"),
        ("OSError('Tunnel connection failed: 502 Bad Gateway')", "Tunnel connection failed: 502 Bad Gateway"),
        ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed (_ssl.c:1006)", "certificate verify failed"),
        ("something new", "it does not answer"),
    ],
)
def test_a_stack_of_urllib3_becomes_a_sentence(words, reason):
    stack = STACK.replace("[Errno 111] Connection refused", words) if words else STACK
    assert name_variables(stack, VARIABLES) == (
        f"the API at https://10.100.198.200:6443 did not answer: {reason}: check the API server; when only the control "
        "plane reaches it, set podnet_api_through=control_plane"
    )


def test_an_ipv6_address_of_the_api_stands_in_brackets():
    for host in ("fd00::1", "[fd00::1]"):
        assert "at https://[fd00::1]:6443 did" in name_variables(STACK.replace("10.100.198.200", host), {})
