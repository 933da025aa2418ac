"""Pages of sample reports in Debian's Chromium. Playwright's own browsers are not used: a test downloads nothing."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import page_samples
import pytest
import question_samples
from debian_packages import need
from playwright.sync_api import Browser, Page, sync_playwright

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.runs import Run
from ansible_collections.podnet.kubernetes.plugins.module_utils._page.page_parts import page_parts
from ansible_collections.podnet.kubernetes.plugins.module_utils._page.policy_steps import policy_parts
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.policy_lines import policy_lines
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.report_page import page_text, policies_text
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.trend_page import trend_text

# The proofs of policies, with the text that begins their names.
PROOFS = {"policies": "", "hostile_policies": page_samples.HOSTILE}
CHROMIUM = "/usr/bin/chromium"
PATIENCE = 180_000  # milliseconds; make test runs these tests at low priority beside the lab


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command, and return its output of both streams."""
    return subprocess.run(
        command,
        env={**os.environ, **environment},
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests."""
    need(["chromium"], "chromium", run)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"], timeout=PATIENCE)
        yield browser
        browser.close()


def _report(name: str) -> str:
    """The page of a sample report."""
    report = getattr(question_samples if hasattr(question_samples, name) else page_samples, name)()
    return page_text(report, page_parts(report))


def _policies(name: str) -> str:
    """The page of a sample proof of policies."""
    steps, reports = page_samples.sequence(PROOFS[name])
    in_force = [[policy_lines(one) for one in step["definitions"]] for step in steps]
    return policies_text(policy_parts(f"{PROOFS[name]}proof", steps, reports, in_force), reports[-1]["finished"])


def _trend(_name: str) -> str:
    """The page of the last 200 runs."""
    runs = [
        Run(f"2026-11-{day + 1:02}T{hour:02}:00:12Z", "", 600, 16 if day == 3 else 0, 4, 0, 0, 0.4, 2.0 + hour / 10)
        for day in range(8)
        for hour in range(24)
    ]
    return trend_text(page_samples.HOSTILE, runs)


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """Writes the page of a sample once, and returns its address."""
    folder, written = tmp_path_factory.mktemp("pages"), {}

    def address(name: str) -> str:
        if name not in written:
            written[name] = folder / f"{name}.html"
            made = _trend if name == "trend" else _policies if name in PROOFS else _report
            written[name].write_text(made(name), encoding="utf-8")
        return f"file://{written[name]}"

    return address


@pytest.fixture
def open_page(browser: Browser, files: Callable[[str], str]) -> Iterator[Callable[..., Page]]:
    """Opens the page of a sample. Its script must be silent, and it must ask for no other file."""
    contexts, complaints, asked = [], [], []

    def open_page(name: str, **settings: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **settings})
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: (complaints.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(files(name))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
    assert len(asked) == len(contexts), asked
