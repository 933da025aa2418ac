# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.package_versions import FilterModule

package_versions = FilterModule().filters()["package_versions"]


def test_versions_of_a_repository():
    assert package_versions("Package: kubeadm\nVersion: 1.36.3-1.1\n", "kubeadm") == ["1.36.3"]
    with pytest.raises(AnsibleFilterError, match=r"^package_versions: the index is 7: give a text"):
        package_versions(7, "kubeadm")
