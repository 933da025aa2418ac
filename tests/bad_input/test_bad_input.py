"""Each wrong input ends its playbook with its sentence, before the playbook connects to a node (`make bad-input`)."""

from __future__ import annotations

from pathlib import Path

import pytest
from wrong_inputs import PLAYED, ROWS, Row
from wrong_plays import play


@pytest.mark.parametrize("row", [*ROWS, *PLAYED], ids=str)
def test_a_playbook_says_the_sentence(row: Row, tmp_path: Path) -> None:
    played = play(row, tmp_path)
    assert not played.connected
    assert (played.message, played.error) == (row.sentence, row.sentence)
