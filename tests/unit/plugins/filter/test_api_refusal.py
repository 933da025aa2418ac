# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.api_refusal import FilterModule, api_refusal


def test_a_refusal_is_one_sentence():
    message = 'Failed to apply object: {"kind":"Status","message":"quota is exceeded"}'
    assert api_refusal(message, []) == "the API refuses our objects: quota is exceeded"
    with pytest.raises(AnsibleFilterError, match=r"^configurations is 'x': give a list"):
        api_refusal(message, "x")


def test_ansible_finds_the_filter():
    assert FilterModule().filters() == {"api_refusal": api_refusal}
