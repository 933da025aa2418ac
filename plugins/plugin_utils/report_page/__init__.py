# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of a verification: one HTML file with its style, its script and its data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

PAGE = "index.html"
_HERE = Path(__file__).resolve().parent


def page_text(report: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """Return the page of a report.

    Args:
        report: what report.json has
        data: its cells, as page_data returns them
    """
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string((_HERE / "page.html.j2").read_text(encoding="utf-8"))
    own = {name: Markup((_HERE / f"page.{name}").read_text(encoding="utf-8")) for name in ("css", "js")}
    return template.render(report=report, data=_island(data), **own) + "\n"


def _island(data: Mapping[str, Any]) -> Markup:
    """Write data as JSON that cannot end the element around it."""
    text = json.dumps(data, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)
