# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64

import pytest
from secret_pieces import holders, open_to_others, pieces_of, places_of

LINES = (
    "MHcCAQEEIOqJ5u1n8oGx0pTq2Zb3l6c9d1fKx7yVb0aQ4sWm2rLhoAoGCCqGSM49",
    "AwEHoUQDQgAEm1x9q2kT8Vb0aQ4sWm2rLhMHcCAQEEIOqJ5u1n8oGx0pTq2Zb3l6",
)
KEY = "-----BEGIN EC PRIVATE KEY-----\n{}\n{}\nAwEH\n-----END EC PRIVATE KEY-----\n".format(*LINES)
IN_BASE64 = base64.b64encode(KEY.encode()).decode()


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        (KEY, set(LINES)),
        (f"    client-key-data: {IN_BASE64}\n", {IN_BASE64[:200], *LINES}),
        ("abcdef.0123456789abcdef   2h", {"0123456789abcdef"}),
        ("-----BEGIN CERTIFICATE-----\nMIIBAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n-----END", set()),
    ],
)
def test_pieces(text, pieces):
    assert pieces_of(text) == pieces


def test_a_place_with_a_piece_is_named():
    texts = {"output": f"- {LINES[1]}", "log": "nothing", "cache": IN_BASE64}
    assert places_of(pieces_of(f"client-key-data: {IN_BASE64}"), texts) == ["cache", "output"]


@pytest.mark.parametrize(("mode", "is_open"), [(0o600, False), (0o640, True), (0o604, True)])
def test_a_file_that_others_may_read_is_found_in_a_directory_that_is_closed(tmp_path, mode, is_open):
    tmp_path.chmod(0o700)
    (tmp_path / "other").write_text("nothing")
    file = tmp_path / "admin.conf"
    file.write_text(f"client-key-data: {LINES[0]}\n")
    file.chmod(mode)
    found = holders(LINES, [tmp_path])
    assert found == [file]
    assert open_to_others(found) == [str(file)] * is_open
