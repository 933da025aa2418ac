# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages of reports: each is one HTML file with its style, its script and its data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

PAGE = "index.html"
_HERE = Path(__file__).resolve().parent


def page_text(report: Mapping[str, Any], parts: Mapping[str, Any]) -> str:
    """Return the page of a report.

    Args:
        report: what report.json has
        parts: what page_parts makes of it
    """
    return _render("report.html.j2", "matrix.js", report, parts)


def policies_text(parts: Mapping[str, Any], finished: str) -> str:
    """Return the page of a proof of policies.

    Args:
        parts: what policy_parts makes of it
        finished: the time of the last step
    """
    return _render("policies.html.j2", "policies.js", {"name": parts["name"], "finished": finished}, parts)


def _render(template: str, script: str, report: Mapping[str, Any], parts: Mapping[str, Any]) -> str:
    """Write a page. Its data become an island for the script, and its other parts variables of the template."""
    environment = Environment(loader=FileSystemLoader(_HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    own = {"css": _file("page.css"), "js": _file(script), "data": _island(parts["data"])}
    return environment.get_template(template).render({**parts, "report": report, **own}).lstrip() + "\n"


def _file(name: str) -> Markup:
    return Markup((_HERE / name).read_text(encoding="utf-8"))


def _island(data: Any) -> Markup:
    """Write data as JSON that cannot end the element around it."""
    text = json.dumps(data, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)
