# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.podnet.kubernetes.plugins.modules import pod_network_info


@pytest.mark.parametrize("check_mode", [False, True])
def test_it_reads_this_machine_and_never_fails(capsys, check_mode):
    options = {"timeout": 20, "controller_clock": 0, "_ansible_check_mode": check_mode}
    with patch_module_args(options), pytest.raises(SystemExit) as ended:
        pod_network_info.main()
    result = json.loads(capsys.readouterr().out)
    assert not ended.value.code
    assert result["changed"] is False
    found = result["pod_network_info"]
    assert found["host"]
    assert found["clock_offset"] > 1_700_000_000
    assert isinstance(found["unread"], dict)
