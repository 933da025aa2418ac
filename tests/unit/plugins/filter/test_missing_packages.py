# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.missing_packages import FilterModule

missing_packages = FilterModule().filters()["missing_packages"]


def test_packages_of_a_machine():
    installed = {"containerd": [{"version": "1.7.24~ds1-6"}]}
    assert missing_packages(installed, ["containerd", "runc"]) == ["runc"]
    assert missing_packages(installed, [], ["containerd"], "1.7.25") == ["containerd"]
    with pytest.raises(AnsibleFilterError, match=r"^missing_packages: the input is .*: give ansible_facts"):
        missing_packages([], ["containerd"])
