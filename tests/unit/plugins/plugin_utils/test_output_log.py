# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.plugin_utils import output_log
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.output_log import LogDisplay, OutputLog


class Screen:
    """A display that remembers what it shows."""

    verbosity = 0
    columns = 80

    def __init__(self):
        self.shown, self._warns = [], set()

    def display(self, msg, color=None, stderr=False, screen_only=False, log_only=False, newline=True, caplevel=None):
        self.shown.append(("log" if log_only else "screen", msg))

    def _warning(self, warning):
        if warning not in self._warns:
            self._warns.add(warning)
            self.display(f"[WARNING]: {warning}")

    def _error(self, error, stderr):
        self.display(f"[ERROR]: {error}")

    def _deprecated(self, warning):
        self.display(f"[DEPRECATION]: {warning}")


@pytest.fixture
def log(tmp_path):
    return OutputLog(tmp_path / "new" / "logs", "flannel")


@pytest.fixture
def both(log):
    screen = Screen()
    return screen, LogDisplay(screen, log)


def test_the_file_is_for_the_user_alone(log):
    assert log.path.name.startswith("flannel-")
    assert stat.S_IMODE(log.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(log.path.parent.stat().st_mode) == 0o700


def test_the_newest_files_are_kept(tmp_path, monkeypatch):
    for number in range(30):
        path = tmp_path / f"flannel-20260101T0000{number:02}-1.log"
        path.touch()
        os.utime(path, (number, number))
    (tmp_path / "mine.log").touch()
    monkeypatch.setattr(output_log, "KEPT", 3)
    made = OutputLog(tmp_path, "calico").path
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        made.name,
        "flannel-20260101T000028-1.log",
        "flannel-20260101T000029-1.log",
        "mine.log",
    ]


@pytest.mark.parametrize("error", [FileNotFoundError(), PermissionError(1, "Operation not permitted")])
def test_old_files_that_cannot_be_removed_end_no_log(tmp_path, monkeypatch, error):
    """Another run may remove them at the same time, or they are another user's."""
    for number in range(5):
        (tmp_path / f"flannel-20260101T0000{number:02}-1.log").touch()

    def refuse(_path, missing_ok=False):
        raise error

    monkeypatch.setattr(output_log, "KEPT", 3)
    monkeypatch.setattr(Path, "unlink", refuse)
    assert OutputLog(tmp_path, "calico").path.exists()


def test_a_name_of_a_playbook_is_no_path(tmp_path):
    assert OutputLog(tmp_path, "../a b/ü").path.parent == tmp_path


def test_a_directory_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(
        InputError, match=r"log_directory .*file/x: the file cannot be written: Not a directory: choose"
    ):
        OutputLog(tmp_path / "file" / "x", "p")


def test_messages_go_to_the_file_and_to_the_log_of_ansible(both, log):
    screen, display = both
    display.display("one")
    display.display("two\n")
    display.banner("PLAY [x]")
    display.display("not in the file", log_only=True)
    display.display("only a screen", screen_only=True)
    assert log.path.read_text() == f"one\ntwo\n\nPLAY [x] {'*' * 71}\nonly a screen\n"
    assert {kind for kind, _text in screen.shown} == {"log"}
    assert "only a screen" not in str(screen.shown)


def test_warnings_are_on_the_screen_and_in_the_file_once(both, log):
    screen, display = both
    for _again in range(2):
        display._warning("careful")
    assert screen.shown.count(("screen", "[WARNING]: careful")) == 1
    assert log.path.read_text().count("careful") == 1


def test_errors_are_in_the_file_alone(both, log):
    screen, display = both
    display._error("broken", stderr=False)
    assert "[ERROR]: broken" in log.path.read_text()
    assert [kind for kind, _text in screen.shown] == ["log"]


def test_everything_else_is_the_screens(both):
    screen, display = both
    assert (display.columns, display.verbosity) == (80, 0)
    display._deprecated("old")
    assert screen.shown == [("screen", "[DEPRECATION]: old")]


def test_a_full_disk_ends_no_run(log, monkeypatch):
    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(output_log.os, "write", full)
    log.write("lost")
