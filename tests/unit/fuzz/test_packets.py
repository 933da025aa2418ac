# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bytes from the network and from files: packets, DNS, ICMP, certificates in DER. Other bytes are never a bug."""

from __future__ import annotations

import base64
import re

import pytest
from certificates import CA
from fuzzing import any_bytes, any_text, few, holds
from hypothesis import given
from hypothesis import strategies as st
from packet_samples import ANSWER, CARRIERS, QUESTION, REPORT, REQUEST, RUN, SEEN
from trail_reports import PAIR

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.der import first_value, read_values
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.certificates import read_certificates
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.certificates import ca_pins
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.wire import (
    Report,
    decode_answer,
    decode_echo,
    decode_report,
    decode_request,
    encode_echo,
    encode_report,
    encode_request,
    is_hopeless,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.conntrack import tracked_flows
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.marks import (
    mark_of_nonce,
    mark_of_payload,
    mark_of_question,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.packets import read_packet

PLAIN = [data for data, _packet in SEEN.values()]
CARRIED = [wrap(data) for wrap, _outer in CARRIERS.values() for data in PLAIN[:4]]
# The answer of a name server with an A record behind a pointer.
RECORD = ANSWER[:6] + b"\0\1" + ANSWER[8:] + b"\xc0\x0c\0\1\0\1\0\0\0\5\0\4\x0a\x60\0\1"
ECHO = b"\x45" + bytes(19) + encode_echo("ipv4", 7)
DER = base64.b64decode("".join(re.findall(r"^[A-Za-z0-9+/=]+$", CA, re.MULTILINE)))
FLOW = (
    "icmp 1 29 src=10.0.0.1 dst=10.0.0.2 type=8 code=0 id=1 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 type=0 code=0 id=1\n"
    "tcp 6 1 SYN_SENT src=10.0.0.1 dst=10.0.0.2 sport=1 dport=80 src=10.0.0.2 dst=10.0.0.1 sport=80 dport=1 mark=0\n"
)

BYTES = {
    "packet": (lambda data: read_packet(data, RUN), any_bytes(*PLAIN, *CARRIED)),
    "request": (lambda data: decode_request(data, RUN), any_bytes(REQUEST)),
    "hopeless request": (is_hopeless, any_bytes(REQUEST)),
    "report": (decode_report, any_bytes(REPORT)),
    "marked payload": (lambda data: mark_of_payload(data, RUN), any_bytes(REQUEST)),
    "marked question": (lambda data: mark_of_question(data, RUN), any_bytes(QUESTION, ANSWER)),
    "echo": (lambda data: decode_echo("ipv4", data), any_bytes(ECHO)),
    "echo, IPv6": (lambda data: decode_echo("ipv6", data), any_bytes(encode_echo("ipv6", 7))),
    "DNS": (lambda data: decode_answer(data, int.from_bytes(data[:2], "big"), "ipv4"), any_bytes(ANSWER, RECORD)),
    "DNS, IPv6": (lambda data: decode_answer(data, int.from_bytes(data[:2], "big"), "ipv6"), any_bytes(ANSWER, RECORD)),
    "DER": (read_values, any_bytes(DER)),
    "DER, first": (first_value, any_bytes(DER)),
}


@pytest.mark.parametrize("name", BYTES)
@few
@given(data=st.data())
def test_bytes(name, data):
    parse, some = BYTES[name]
    holds(parse, data.draw(some))


def test_the_samples_are_good():
    assert all(read_packet(data, RUN) for data in (*PLAIN, *CARRIED))
    assert decode_answer(RECORD, int.from_bytes(RECORD[:2], "big"), "ipv4") == (0, ["10.96.0.1"])
    assert decode_echo("ipv4", b"\x45" + bytes(19) + b"\0" + encode_echo("ipv4", 7)[1:]) == (7, None)
    assert len(list(read_values(DER))) == 1


@few
@given(data=any_bytes(DER))
def test_a_certificate(data):
    """A certificate that cannot be read has an error in its place; its pin is refused with a sentence."""
    text = f"-----BEGIN CERTIFICATE-----\n{base64.b64encode(data).decode()}\n-----END CERTIFICATE-----\n"
    (found,) = holds(read_certificates, text)
    assert "error" in found or found["not_after"] > 0 or found["not_before"] <= 0
    holds(ca_pins, text)


@few
@given(text=any_text(FLOW))
def test_lines_of_connection_tracking(text):
    holds(tracked_flows, text.splitlines(), [PAIR])


@few
@given(nonce=any_text("t5.9"))
def test_a_nonce(nonce):
    holds(mark_of_nonce, nonce)


TEXTS = st.text(max_size=20)


@few
@given(report=st.builds(Report, TEXTS, TEXTS, TEXTS, st.integers(0, 2**20)))
def test_a_report_comes_back_as_it_was(report):
    assert decode_report(encode_report(report)) == report


@few
@given(
    nonce=st.from_regex("[a-z0-9.]{1,20}", fullmatch=True), transfer=st.integers(0, 2**20), size=st.integers(0, 1500)
)
def test_a_request_comes_back_as_it_was(nonce, transfer, size):
    assert decode_request(encode_request(RUN, nonce, transfer, size), RUN) == (nonce, transfer)
