# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing import wire
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.wire import Report

# An answer to "kubernetes.default.svc.cluster.local" by hand (RFC 1035, section 4): the header with ID 0x0102, the
# question, and an A record whose name is a pointer to the question's at offset 12.
QUESTION = b"\x0akubernetes\x07default\x03svc\x07cluster\x05local\x00"
HEADER = bytes.fromhex("0102 8180 0001 0001 0000 0000")
A_RECORD = b"\xc0\x0c" + bytes.fromhex("0001 0001 0000001e 0004 0a600001")
ANSWER = HEADER + QUESTION + b"\x00\x01\x00\x01" + A_RECORD
# A canonical name and the address that comes after it.
TWO_RECORDS = (
    HEADER.replace(b"\x00\x01\x00\x01", b"\x00\x01\x00\x02")
    + QUESTION
    + b"\x00\x01\x00\x01"
    + b"\xc0\x0c"
    + bytes.fromhex("0005 0001 0000001e 0006 0361 7069 c017")
)


def test_a_request_comes_back_as_it_was():
    assert wire.decode_request(wire.encode_request("run1", "2", 65536), "run1") == ("2", 65536)


@pytest.mark.parametrize("size", [100, 548, 1422, 8972])
def test_a_request_fills_a_datagram(size):
    data = wire.encode_request("run1", "large0", size=size)
    assert len(data) == size
    assert wire.decode_request(data, "run1") == ("large0", 0)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"podnet1 run1 2 0",  # not whole yet
        b"podnet1 run2 2 0\n",  # of another run
        b"podnet2 run1 2 0\n",
        b"podnet1 run1 2\n",
        b"podnet1 run1 2 many\n",
        b"GET / HTTP/1.1\r\n",
        b"podnet1 run1 2 0" + b" " * 500 + b"\n",
    ],
)
def test_what_is_no_request_of_the_run(data):
    assert wire.decode_request(data, "run1") is None


@pytest.mark.parametrize(
    ("data", "hopeless"), [(b"", False), (b"podnet1 run", False), (b"GET /\r\n", True), (b"x" * 201, True)]
)
def test_what_will_never_be_a_request(data, hopeless):
    assert wire.is_hopeless(data) is hopeless


def test_a_report_comes_back_as_it_was():
    report = Report("shop/web", "[fd00::2]:4242", "1", 1422)
    assert wire.decode_report(wire.encode_report(report)) == report


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"1",
        b"\xff\xfe",
        b"[" * 60000,  # deeper than Python goes
        b'{"endpoint": "a", "peer": "b", "nonce": "c", "more": 1}',
        b'{"endpoint": "a", "peer": "b"}',
        b'{"endpoint": 1, "peer": "b", "nonce": "c"}',
        b'{"endpoint": "a", "peer": ["b"], "nonce": "c"}',
        b'{"endpoint": "a", "peer": "b", "nonce": {}}',
        b'{"endpoint": "a", "peer": "b", "nonce": "c", "size": "1"}',
    ],
)
def test_what_is_no_report(data):
    assert wire.decode_report(data) is None


@pytest.mark.parametrize(
    ("peer", "text"),
    [
        (("10.244.1.2", 80), "10.244.1.2:80"),
        (("fd00::2", 80, 0, 0), "[fd00::2]:80"),
        (("fe80::1%eth0", 80, 0, 2), "[fe80::1]:80"),
    ],
)
def test_a_peer_as_text(peer, text):
    assert wire.show_peer(peer) == text


def test_the_payload_has_no_structure_and_any_size():
    data = wire.payload(200_000)
    assert len(data) == 200_000
    assert len({data[start : start + 16] for start in range(0, 65536, 16)}) == 4096


def header(address="10.244.1.3", protocol=1, words=5):
    """An IPv4 header of that many 32-bit words."""
    return bytes([0x40 | words]) + bytes(8) + bytes([protocol]) + bytes(words * 4 - 10)


def header6(protocol=58):
    return b"\x60" + bytes(5) + bytes([protocol]) + bytes(33)


NUMBER = 0xABCD1234
ECHO = wire.encode_echo("ipv4", NUMBER)
ECHO6 = wire.encode_echo("ipv6", NUMBER)


def test_the_checksum_of_an_echo_request():
    """RFC 1071: the ones' complement sum of all 16-bit words, checksum included, is all ones."""
    # The last one's sum overflows again when its overflow is added.
    for number in (0, 1, 0xFFFFFFFF, NUMBER, 0x80008000, 0xFFFE1981):
        total = sum(struct.unpack(f"!{len(ECHO) // 2}H", wire.encode_echo("ipv4", number)))
        while total > 0xFFFF:
            total = (total & 0xFFFF) + (total >> 16)
        assert total == 0xFFFF


@pytest.mark.parametrize(
    ("family", "data", "expected"),
    [
        ("ipv4", header() + b"\x00" + ECHO[1:], (NUMBER, None)),
        ("ipv4", header(words=6) + b"\x00" + ECHO[1:], (NUMBER, None)),  # with an option
        ("ipv4", header() + ECHO, None),  # a request: another machine pings the source
        ("ipv4", header() + b"\x03\x01" + bytes(6) + header() + ECHO[:8], (NUMBER, "host unreachable")),
        ("ipv4", header() + b"\x03\x0d" + bytes(6) + header(words=6) + ECHO, (NUMBER, "prohibited by a filter")),
        ("ipv4", header() + b"\x0b\x00" + bytes(6) + header() + ECHO, (NUMBER, "time to live exceeded")),
        ("ipv4", header() + b"\x03\x06" + bytes(6) + header() + ECHO, (NUMBER, "ICMP type 3 code 6")),
        ("ipv4", header() + b"\x03\x03" + bytes(6) + header(protocol=17) + bytes(8), None),  # about UDP
        ("ipv4", header() + b"\x03\x01" + bytes(6) + header() + ECHO[:7], None),  # cut off
        ("ipv4", header() + b"\x03\x01" + bytes(6) + b"\x40" + bytes(7), None),  # a header of no length
        ("ipv4", header() + b"\x05\x01" + bytes(6) + header() + ECHO, None),  # a redirect: the packet went on
        ("ipv4", header() + b"\x03\x03" + bytes(6) + header() + b"\x00" + ECHO[1:], None),  # about our own reply
        ("ipv4", b"", None),
        ("ipv4", header(), None),
        ("ipv6", b"", None),
        ("ipv6", b"\x03\x00" + bytes(6) + header6() + ECHO6[:8], (NUMBER, "hop limit exceeded")),
        ("ipv6", b"\x02\x00" + bytes(6) + header6() + ECHO6, (NUMBER, "packet too big")),
        ("ipv6", b"\x01\x03" + bytes(6) + header6() + ECHO6[:7], None),  # cut off
        ("ipv6", b"\x81" + ECHO6[1:], (NUMBER, None)),
        ("ipv6", ECHO6, None),
        ("ipv6", b"\x01\x03" + bytes(6) + header6() + ECHO6, (NUMBER, "address unreachable")),
        ("ipv6", b"\x01\x04" + bytes(6) + header6(protocol=17) + ECHO6, None),
    ],
)
def test_what_a_packet_says_about_an_echo_request(family, data, expected):
    assert wire.decode_echo(family, data) == expected


def test_a_question():
    question = wire.encode_question(0x0102, "kubernetes.default.svc.cluster.local.", "ipv4")
    assert question == bytes.fromhex("0102 0100 0001 0000 0000 0000") + QUESTION + b"\x00\x01\x00\x01"
    assert wire.encode_question(7, "a.", "ipv6")[-4:] == b"\x00\x1c\x00\x01"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (ANSWER, (0, ["10.96.0.1"])),
        (ANSWER.replace(b"\x81\x80", b"\x81\x83"), (3, ["10.96.0.1"])),
        (HEADER[:6] + bytes(6) + QUESTION + b"\x00\x01\x00\x01", (0, [])),
        (b"\x02\x01" + ANSWER[2:], None),  # to another question
        (b"\x01\x02\x01" + ANSWER[3:], None),  # a question, not an answer
        (ANSWER[:-1], None),
        (b"", None),
        # RFC 1035, section 4.1.4: a name of its own, one that ends with a pointer, and one that is the root.
        (TWO_RECORDS + A_RECORD.replace(b"\xc0\x0c", QUESTION), (0, ["10.96.0.1"])),
        (TWO_RECORDS + A_RECORD.replace(b"\xc0\x0c", b"\x03www\xc0\x17"), (0, ["10.96.0.1"])),
        (TWO_RECORDS + A_RECORD.replace(b"\xc0\x0c", b"\x00"), (0, ["10.96.0.1"])),
        # The record is longer than the message, and one of type A with three bytes.
        (HEADER + QUESTION + b"\x00\x01\x00\x01" + A_RECORD.replace(b"\x00\x04", b"\xff\xff"), None),
        (HEADER + QUESTION + b"\x00\x01\x00\x01" + A_RECORD.replace(b"\x00\x04", b"\x00\x03"), None),
    ],
)
def test_an_answer(data, expected):
    assert wire.decode_answer(data, 0x0102, "ipv4") == expected


def test_an_answer_in_ipv6():
    record = bytes.fromhex("c00c 001c 0001 0000001e 0010 fd00 0000 0000 0000 0000 0000 0000 0001")
    data = HEADER + QUESTION + b"\x00\x1c\x00\x01" + record
    assert wire.decode_answer(data, 0x0102, "ipv6") == (0, ["fd00::1"])
    assert wire.decode_answer(data, 0x0102, "ipv4") == (0, [])


@pytest.mark.parametrize("run", ["a", "0", "Az09" * 16])
def test_identifiers_of_runs(run):
    assert wire.check_run(run) == run
    assert wire.decode_request(wire.encode_request(run, "size65535", 1 << 20), run) == ("size65535", 1 << 20)


@pytest.mark.parametrize("run", ["", "two words", "a\n", "x" * 65, "läuft"])
def test_what_is_no_identifier_of_a_run(run):
    with pytest.raises(InputError, match=r"^run is '.*': it must be 1 to 64 letters and digits$"):
        wire.check_run(run)


@given(st.binary(max_size=120))
def test_no_bytes_are_an_error(data):
    for family in ("ipv4", "ipv6"):
        wire.decode_echo(family, data)
        for error in (header() * (family == "ipv4") + kind + bytes(6) for kind in (b"\x03\x01", b"\x01\x00")):
            wire.decode_echo(family, error + data)
        wire.decode_answer(data, 0, family)
        wire.decode_answer(ANSWER[:12] + data, 0x0102, family)
    wire.decode_request(data, "run")
    wire.decode_request(b"podnet1 run " + data, "run")
    wire.decode_report(data)


JSON = st.sampled_from([None, True, 1, 1.5, "", "a", "\ud800", [], ["a"], {}, {"a": 1}])


@given(JSON | st.fixed_dictionaries(dict.fromkeys(["endpoint", "peer", "nonce"], JSON), optional={"size": JSON}))
def test_no_json_is_an_error(data):
    report = wire.decode_report(json.dumps(data).encode())
    if report is not None:
        assert all(isinstance(text, str) for text in (report.endpoint, report.peer, report.nonce))
        assert isinstance(report.size, int)
