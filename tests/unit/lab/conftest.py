# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def variables():
    """A function that reads variables as a task sees them on master, with more arguments of `ansible`; None: unset."""

    def read(names, *arguments):
        wanted = ", ".join(f"'{name}': {name} | default(none)" for name in names)
        command = ["ansible", "master", *arguments, "-m", "ansible.builtin.debug", "-a", f"msg={{{{ {{{wanted}}} }}}}"]
        done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
        return yaml.safe_load(done.stdout.partition("=>")[2])["msg"]

    return read
