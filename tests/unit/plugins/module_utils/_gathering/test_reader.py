# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import time

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering import reader as _reader
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.reader import Reader


def test_files_below_the_root(tmp_path):
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/a").write_text("x" * 100)
    reader = Reader(tmp_path, limit=10)
    assert reader.text("/etc/a") == "x" * 10
    assert reader.text("/etc/b") is None
    assert reader.names("/etc") == ["a"]
    assert reader.names("/none") is None
    assert reader.unread == {}
    assert reader.text("/etc") is None
    assert "irectory" in reader.unread["/etc"]


def test_a_program_that_fails_and_one_that_is_missing(tmp_path):
    reader = Reader(tmp_path)
    assert reader.output("one", "sh", "-c", "echo good; echo bad >&2") == "good\n"
    assert reader.output("two", "sh", "-c", "echo bad >&2; exit 3") is None
    assert reader.output("three", "no-such-program") is None
    assert reader.output(None, "no-such-program") is None
    assert reader.unread == {
        "two": "sh -c echo bad >&2; exit 3 ended with 3: bad",
        "three": "no-such-program is not on this node",
    }
    assert (reader.has("sh"), reader.has("no-such-program")) == (True, False)


@pytest.mark.parametrize("rest", [250, 280, 320])
def test_no_half_of_a_secret_is_kept(tmp_path, rest):
    """The reason is cut to 300 characters, which may be in the middle of a secret."""
    (tmp_path / "says").write_text(f"password={'hunter' * 10} {'x' * rest}\n")
    reader = Reader(tmp_path)
    assert reader.output("one", "sh", "-c", f"cat {tmp_path}/says >&2; exit 1") is None
    assert reader.unread["one"].endswith("x" * rest if rest < 300 else "x" * 300)
    assert "hunter" not in reader.unread["one"]


def test_a_program_that_hangs_is_ended_with_its_children(tmp_path):
    reader = Reader(tmp_path, timeout=1.5)
    start = time.monotonic()
    assert reader.output("slow", "sh", "-c", f"sleep 77 & echo $! > {tmp_path}/pid; wait") is None
    assert time.monotonic() - start < 30
    assert reader.unread["slow"].endswith("did not end within 1.5 s")
    with pytest.raises(ProcessLookupError):
        for _attempt in range(50):
            os.kill(int((tmp_path / "pid").read_text()), 0)
            time.sleep(0.05)


def test_a_child_with_a_session_of_its_own_holds_nobody_up(tmp_path):
    """It keeps the pipes open, and the signal does not reach it."""
    reader = Reader(tmp_path, timeout=0.3)
    started = time.monotonic()
    assert reader.output("slow", "sh", "-c", "setsid sleep 8 & sleep 8") is None
    assert time.monotonic() - started < 4
    assert "did not end within 0.3 s" in reader.unread["slow"]


def test_a_damaged_program_is_a_reason(tmp_path, monkeypatch):
    (tmp_path / "nft").touch(mode=0o755)
    monkeypatch.setattr(_reader, "_PATH", str(tmp_path))
    reader = Reader(tmp_path)
    assert reader.output("rules", "nft", "list", "ruleset") is None
    assert reader.unread == {"rules": "nft cannot be started: Exec format error"}


def test_an_output_that_is_cut_is_a_reason(tmp_path):
    reader = Reader(tmp_path, output_limit=4)
    assert reader.output("much", "echo", "abcdefgh") == "abcd"
    assert reader.unread == {"much": "echo abcdefgh printed more than 4 bytes, and the rest was left out"}
