# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest
import yaml

from ansible_collections.podnet.kubernetes.plugins.doc_fragments.connectivity_expectations import ModuleDocFragment
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.settings import (
    RANGES,
    ProbeSettings,
    check_range,
)
from ansible_collections.podnet.kubernetes.plugins.modules import (
    connectivity_probe,
    connectivity_responder,
)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"attempts": 0}, "attempts is 0: it must be from 1 to 100"),
        ({"timeout": 0}, "timeout is 0: it must be from 0.01 to 60"),
        ({"interval": -1}, "interval is -1: it must be from 0 to 60"),
        ({"transfer": 2 << 20}, "transfer is 2097152: it must be from 0 to 1048576"),
    ],
)
def test_a_setting_out_of_its_range(settings, message):
    with pytest.raises(InputError, match=f"^{message}$"):
        ProbeSettings("run", **settings)


@pytest.mark.parametrize("run", ["", "two words", "x" * 65])
def test_a_run_that_fits_into_no_request(run):
    with pytest.raises(InputError, match=r"^run is '.*': it must be 1 to 64 letters and digits$"):
        ProbeSettings(run)


@pytest.mark.parametrize("name", RANGES)
def test_both_ends_belong_to_a_range(name):
    least, most = RANGES[name]
    check_range(name, least)
    check_range(name, most)
    for value in (least - 1, most + 1):
        with pytest.raises(InputError, match=re.escape(f"{name} is {value}: it must be from {least} to {most}")):
            check_range(name, value)


@pytest.mark.parametrize("name", RANGES)
def test_the_documentation_names_the_range(name):
    owners = {"seconds": connectivity_responder, **dict.fromkeys(("overhead", "overhead_ipv6"), ModuleDocFragment)}
    module = owners.get(name, connectivity_probe)
    description = yaml.safe_load(module.DOCUMENTATION)["options"][name]["description"]
    least, most = RANGES[name]
    assert f"From V({least}) to V({most})" in " ".join([description] if isinstance(description, str) else description)
