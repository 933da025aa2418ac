"""Write docs/findings.md: what the diagnosis knows, from the causes themselves.

`make findings` writes the page. tests/package/test_findings.py compares the page with the causes.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = Path("docs/findings.md")
_BEGIN = "<!-- `make findings` writes the lines below. -->\n"


def section(cause: object) -> list[str]:
    """Describe a cause."""
    return [
        f"## {cause.id}",
        f"**{cause.title}.** {cause.severity.capitalize()}.",
        "",
        cause.cause,
        "",
        f"- Evidence: {cause.evidence}",
        f"- Remedy: {cause.remedy}",
        f"- Harmless: {cause.harmless}",
        "",
    ]


def with_findings(page: str) -> str:
    """Put the findings of today under the mark of the page."""
    from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.registry import causes

    before, mark, _old = page.partition(_BEGIN)
    if not mark:
        raise ValueError(f"{PAGE} lacks the line {_BEGIN.strip()}")
    lines = ["| Finding | Severity | Fault |", "|---|---|---|"]
    lines += [f"| [`{one.id}`](#{one.id}) | {one.severity} | {one.title} |" for one in causes()]
    lines.append("")
    for cause in causes():
        lines += section(cause)
    return f"{before}{_BEGIN}\n" + "\n".join(lines).rstrip() + "\n"


def main() -> None:
    """Write the page."""
    sys.path.insert(0, str(ROOT / ".collections"))
    page = ROOT / PAGE
    page.write_text(with_findings(page.read_text()))


if __name__ == "__main__":
    main()
