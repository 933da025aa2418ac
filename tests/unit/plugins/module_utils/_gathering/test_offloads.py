# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import struct

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering import offloads
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.offloads import leaves_checksums


@pytest.mark.parametrize("value", [0, 1])
def test_the_kernel_answers_in_the_buffer(monkeypatch, value):
    import ctypes

    def answer(_socket, number, request):
        name, place = struct.unpack("16sP", request)
        assert (number, name.rstrip(b"\0")) == (0x8946, b"flannel.1")
        ctypes.memmove(place + 4, struct.pack("I", value), 4)

    monkeypatch.setattr(offloads.fcntl, "ioctl", answer)
    assert leaves_checksums("flannel.1") is bool(value)


def test_a_link_that_is_not_there():
    assert leaves_checksums("no-such-link") is None
