# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.sysctls import settings_of

KEY = "net.ipv4.ip_forward"


def winner(texts):
    found = settings_of(KEY, texts)
    return (found[-1].file, found[-1].value) if found else None


@pytest.mark.parametrize(
    ("texts", "wins"),
    [
        ({}, None),
        ({"/etc/sysctl.d/60-a.conf": f"{KEY}=1"}, ("/etc/sysctl.d/60-a.conf", "1")),
        # The name of the file decides, not its directory.
        (
            {"/etc/sysctl.d/60-a.conf": f"{KEY}=1", "/usr/lib/sysctl.d/99-b.conf": f"{KEY} = 0"},
            ("/usr/lib/sysctl.d/99-b.conf", "0"),
        ),
        # Of two files with one name only that in /etc counts.
        ({"/etc/sysctl.d/99-b.conf": "", "/usr/lib/sysctl.d/99-b.conf": f"{KEY}=0"}, None),
        ({"/run/sysctl.d/9.conf": f"{KEY}=1", "/lib/sysctl.d/9.conf": f"{KEY}=0"}, ("/run/sysctl.d/9.conf", "1")),
        # sysctl --system reads this file last.
        ({"/etc/sysctl.conf": f"{KEY}=0", "/etc/sysctl.d/zz.conf": f"{KEY}=1"}, ("/etc/sysctl.conf", "0")),
        # Comments, the sign for errors that do not matter, and slashes.
        ({"/etc/sysctl.d/a.conf": f"#{KEY}=0\n; {KEY}=0\n-net/ipv4/ip_forward = 1"}, ("/etc/sysctl.d/a.conf", "1")),
        # A pattern never wins against the full name.
        ({"/etc/sysctl.d/a.conf": f"{KEY}=1", "/etc/sysctl.d/b.conf": "net.ipv4.*=0"}, ("/etc/sysctl.d/a.conf", "1")),
        ({"/etc/sysctl.d/b.conf": "net.ipv4.*=0"}, ("/etc/sysctl.d/b.conf", "0")),
        ({"/etc/sysctl.d/a.conf": "net.ipv4.ip_forward_use_pmtu=0\nnonsense"}, None),
        # A star stands for one part of the name. The kernel's switch has a second name.
        ({"/etc/sysctl.d/a.conf": "net.*=0"}, None),
        ({"/etc/sysctl.d/a.conf": "net.*.ip_forward=0"}, ("/etc/sysctl.d/a.conf", "0")),
        ({"/etc/sysctl.d/a.conf": "net.ipv4.conf.all.forwarding=0"}, ("/etc/sysctl.d/a.conf", "0")),
        ({"/etc/sysctl.d/a.conf": "net.ipv4.ip_*=0\n-net.ipv4.ip_forward"}, None),
    ],
)
def test_the_file_that_wins(texts, wins):
    assert winner(texts) == wins


def test_the_name_of_a_nic_may_have_a_dot():
    (found,) = settings_of(
        "net.ipv4.conf.eth0/5.rp_filter", {"/etc/sysctl.d/a.conf": "\n\nnet/ipv4/conf/eth0.5/rp_filter=2"}
    )
    assert (found.line, found.value) == (3, "2")
