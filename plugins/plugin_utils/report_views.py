# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that show a report.json in other forms. They are written anew whenever the report changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.markdown import markdown_text
from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.openmetrics import openmetrics_text
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.report_page import PAGE, page_text

# The file of each view.
VIEWS = {"html": PAGE, "openmetrics": "report.prom", "markdown": "summary.md"}


def report_views(report: Mapping[str, Any], parts: Mapping[str, Any]) -> dict[str, str]:
    """Return the views of a whole report, by the keys of VIEWS. The page draws its parts, from page_parts."""
    return {
        "html": page_text(report, parts),
        "openmetrics": openmetrics_text(report),
        "markdown": markdown_text(report),
    }


__all__ = ["VIEWS", "report_views"]
