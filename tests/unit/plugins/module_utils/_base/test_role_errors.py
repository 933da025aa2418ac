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
