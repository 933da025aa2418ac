# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.pause_images import FilterModule

pause_images = FilterModule().filters()["pause_images"]


def test_the_image_of_a_node():
    status = {"images": [{"names": ["registry.k8s.io/pause:3.10.2"]}]}
    assert pause_images([{"metadata": {"name": "node1"}, "status": status}]) == {
        "node1": "registry.k8s.io/pause:3.10.2"
    }


def test_an_input_that_is_no_list():
    with pytest.raises(AnsibleFilterError, match="pause_images: nodes"):
        pause_images("node1")
