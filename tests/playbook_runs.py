"""Runs of ansible-playbook whose output a test reads."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

Ended = subprocess.CompletedProcess[str]


def run_playbook(*arguments: str, cwd: Path | None = None, **environment: str) -> Ended:
    """Run ansible-playbook, with messages as JSON unless the environment says else."""
    quiet = {"ANSIBLE_CALLBACK_RESULT_FORMAT": "json"}
    return subprocess.run(
        ["ansible-playbook", *arguments],
        cwd=cwd,
        env={**os.environ, **quiet, **environment},
        check=False,
        capture_output=True,
        text=True,
    )


def last_failure(done: Ended) -> tuple[str, Any, str]:
    """Return the host of the last failed task, its message, and the output from there on."""
    host, _word, rest = done.stdout.rpartition("\nfatal: [")[2].partition("]: FAILED! => ")
    assert rest, done.stdout + done.stderr
    return host, json.JSONDecoder().raw_decode(rest)[0]["msg"], rest
