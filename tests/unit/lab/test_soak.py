"""The page of `make soak`, and what it reads in the output of a run."""

from __future__ import annotations

import pytest
import soak

PAGE = f"# Reliability\n\nWords.\n\n{soak.BEGIN}"
RUN = """
TASK [podnet.kubernetes.common : Install the packages] *****
changed: [node1]

TASK [Wait for the node] ***
fatal: [node1]: UNREACHABLE! => {"msg": "no | route"}

PLAY RECAP ******
node1 : ok=3 changed=1
"""


def outcome(passed=True, **other):
    values = {"fault": "SIGKILL", "number": "1.2", "when": "3 s: A task", "words": "well"}
    return soak.Outcome(**{**values, "passed": passed, **other})


def test_the_line_of_a_try_replaces_that_of_its_earlier_run():
    page = soak.with_line(PAGE, outcome(passed=False))
    assert "0 of 1 tries passed." in page
    page = soak.with_line(page, outcome(number="1.3"))
    page = soak.with_line(page, outcome(when="9 s: B"))
    assert "2 of 2 tries passed." in page
    lines = [line for line in page.splitlines() if line.startswith("| SIGKILL")]
    assert [line.split(" | ")[1:4] for line in lines] == [
        ["1.3", "3 s: A task", "passed: well"],
        ["1.2", "9 s: B", "passed: well"],
    ]
    assert page.startswith(PAGE)


def test_a_page_without_the_mark_is_refused():
    with pytest.raises(SystemExit, match="lacks the line"):
        soak.with_line("# Reliability\n", outcome())


def test_the_output_of_a_run():
    assert soak.last_task(RUN) == "Wait for the node"
    assert soak.last_task("") == "the start of Ansible"
    assert soak.reason(RUN) == 'fatal: [node1]: UNREACHABLE! => {"msg": "no / route"}'
