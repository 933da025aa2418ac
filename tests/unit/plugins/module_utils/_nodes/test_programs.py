# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.programs import run_program


class Module:
    """Answers each command in the same way, and keeps what was asked."""

    def __init__(self, *answer):
        self.answer, self.asked = answer, []

    def run_command(self, command, environ_update):
        self.asked.append((command, environ_update))
        return self.answer


def test_the_output_in_the_language_that_others_read():
    module = Module(0, "active\n", "")
    assert run_program(module, "systemctl", "is-active", "containerd") == "active\n"
    assert module.asked == [(["systemctl", "is-active", "containerd"], {"LC_ALL": "C"})]


@pytest.mark.parametrize(
    ("output", "errors", "said"), [("", "no such module\n", "no such module"), ("refused\n", "", "refused")]
)
def test_a_failure_names_the_command_and_its_words(output, errors, said):
    with pytest.raises(ClusterError) as failed:
        run_program(Module(3, output, errors), "modprobe", "overlay")
    assert str(failed.value) == f"'modprobe overlay' ended with 3: {said}"
    assert run_program(Module(3, output, errors), "modprobe", "overlay", may_fail=True) == output
