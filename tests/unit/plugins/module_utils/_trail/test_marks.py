# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.wire import decode_request
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.marks import (
    MOST_NUMBERS,
    MOST_PAIRS,
    Mark,
    magic_of,
    mark_of_nonce,
    mark_of_payload,
    mark_of_question,
    mark_of_sequence,
    payload_of,
    question_of,
    sequence_of,
)

MARKS = [Mark(0, 0), Mark(3, 7), Mark(MOST_PAIRS - 1, MOST_NUMBERS - 1)]


@pytest.mark.parametrize("mark", MARKS)
def test_every_form_of_a_mark_is_read_again(mark):
    assert mark_of_sequence(sequence_of(mark, "run1"), "run1") == mark
    assert mark_of_payload(payload_of(mark, "run1"), "run1") == mark
    assert mark_of_payload(payload_of(mark, "run1", 1400), "run1") == mark
    question = question_of(mark, "run1", "kubernetes.default.svc.cluster.local.")
    assert mark_of_question(question, "run1") == (mark, False)


def test_a_sequence_number_has_32_bits_and_differs_between_marks():
    numbers = {sequence_of(Mark(pair, number), "run1") for pair in range(MOST_PAIRS) for number in range(MOST_NUMBERS)}
    assert len(numbers) == MOST_PAIRS * MOST_NUMBERS
    assert 0 < min(numbers) <= max(numbers) < 1 << 32


def test_the_mark_of_another_run_is_none():
    assert magic_of("run1") != magic_of("run2")
    assert mark_of_sequence(sequence_of(Mark(1, 2), "run2"), "run1") is None
    assert mark_of_payload(payload_of(Mark(1, 2), "run2"), "run1") is None
    assert mark_of_question(question_of(Mark(1, 2), "run2", "a.b"), "run1") is None


@pytest.mark.parametrize("more", [1, 2, 3])
def test_the_packets_after_a_handshake_have_no_mark(more):
    assert mark_of_sequence(sequence_of(Mark(1, 2), "run1") + more, "run1") is None


def test_a_responder_of_the_run_answers_a_payload_and_repeats_its_nonce():
    nonce, transfer = decode_request(payload_of(Mark(12, 34), "run1", 500), "run1")
    assert (mark_of_nonce(nonce), transfer) == (Mark(12, 34), 0)
    assert len(payload_of(Mark(12, 34), "run1", 500)) == 500


@pytest.mark.parametrize("nonce", ["0", "t1", "t1.", "t1.2.3", "t1000.1", "x1.2"])
def test_the_nonce_of_another_probe_is_no_mark(nonce):
    assert mark_of_nonce(nonce) is None


def test_a_question_is_below_the_parent_of_a_name_and_its_answer_says_so():
    question = question_of(Mark(1, 2), "run1", "kubernetes.default.svc.cluster.local.")
    label = b"podnet1-%08x" % sequence_of(Mark(1, 2), "run1")
    # RFC 1035: ID, flags (recursion desired), one question; labels with their lengths; type A, class IN.
    assert question == (
        bytes.fromhex("0102 0100 0001 0000 0000 0000")
        + b"\x10" + label + b"\x07default\x03svc\x07cluster\x05local\x00"
        + bytes.fromhex("0001 0001")
    )  # fmt: skip
    answer = question[:2] + bytes.fromhex("8183") + question[4:]
    assert mark_of_question(answer, "run1") == (Mark(1, 2), True)


@pytest.mark.parametrize("label", [b"", b"short", bytes(40), b"podnet1-zzzzzzzz", b"podnet1-12"])
def test_another_message_has_no_mark(label):
    assert mark_of_question(bytes(13) + label, "run1") is None
    assert mark_of_question(label, "run1") is None
