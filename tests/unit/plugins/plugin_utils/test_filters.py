# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from ansible.utils.display import Display

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.filters import (
    filter_errors,
    filter_module,
    show_warnings,
)


def refuse(value):
    raise InputError(f"port is {value}: give a number")


@pytest.mark.parametrize(
    ("arguments", "message"), [((), "port is web: give a number"), (("ports",), "ports: port is web: give a number")]
)
def test_an_error_that_a_user_can_mend_becomes_a_sentence_each_time(arguments, message):
    function = filter_errors(*arguments)(refuse)
    for _time in range(2):
        with pytest.raises(AnsibleFilterError) as raised:
            function("web")
        assert raised.value.message == message
        assert isinstance(raised.value.__cause__, InputError)


def test_a_bug_keeps_its_type():
    with pytest.raises(ZeroDivisionError):
        filter_errors("ports")(lambda value: value / 0)(1)


def test_ansible_finds_the_filter_by_the_name_of_its_function():
    @filter_errors()
    def double(value, times=2):
        return value * times

    assert filter_module(double)().filters() == {"double": double}
    assert double(3, times=4) == 12


def test_texts_become_warnings(monkeypatch):
    shown = []
    monkeypatch.setattr(Display, "warning", lambda _self, text: shown.append(text))
    show_warnings(f"pod {name} is left out" for name in "ab")
    assert shown == ["pod a is left out", "pod b is left out"]
