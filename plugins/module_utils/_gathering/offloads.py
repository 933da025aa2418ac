# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a link leaves checksums to the hardware below it, as `ethtool -k` shows it. Nodes often have no ethtool."""

from __future__ import annotations

import array
import fcntl
import socket
import struct

# include/uapi/linux/sockios.h and ethtool.h
_SIOCETHTOOL, _GET_TX_CHECKSUM = 0x8946, 0x16


def leaves_checksums(link: str) -> bool | None:
    """Whether a link computes no checksums of the packets that it sends; None: the kernel does not say it."""
    value = array.array("B", struct.pack("II", _GET_TX_CHECKSUM, 0))
    request = struct.pack("16sP", link.encode()[:15], value.buffer_info()[0])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        try:
            fcntl.ioctl(any_socket, _SIOCETHTOOL, request)
        except OSError:
            return None
    return bool(struct.unpack("II", value.tobytes())[1])


__all__ = ["leaves_checksums"]
