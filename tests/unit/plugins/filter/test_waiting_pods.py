# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.waiting_pods import waiting_pods

POD = {"metadata": {"namespace": "default", "name": "web"}, "status": {"phase": "Pending"}}


def test_pods_are_named_unless_they_are_ignored():
    assert waiting_pods([POD]) == ["default/web"]
    assert waiting_pods([POD], ["default/web"]) == []


def test_wrong_options_are_refused():
    with pytest.raises(AnsibleFilterError, match="waiting_pods: pods is 3"):
        waiting_pods(3)
    with pytest.raises(AnsibleFilterError, match="waiting_pods: ignored is 'a'"):
        waiting_pods([], "a")
