# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Foreign JSON, YAML and base64 have one reader each, and every file that uses it is fuzzed or has a reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PLUGINS = ROOT / "plugins"
# Files that call a library itself, and why.
OWN = {
    "json.loads": {
        "module_utils/_base/foreign_data.py": "the reader",
        "module_utils/_page/policy_steps.py": "texts that the file wrote itself",
        "plugin_utils/lock_holder.py": "a program that runs alone on a node",
        "action/diagnosis_report.py": "the manifest of the collection",
    },
    "yaml.safe_load": {
        "plugin_utils/yaml_texts.py": "the reader",
    },
    "base64.b64decode": {
        "module_utils/_base/foreign_data.py": "the reader",
        "action/kubeconfig_keep.py": "bytes that a module of the collection encoded",
        "action/api_access.py": "a CA that cannot be decoded is none",
    },
}
# Files that read data by the readers, and no test of this folder names them. Most are doors, which call what is fuzzed.
DOORS = {
    "action/cluster_lock.py",
    "action/diagnosis_report.py",
    "action/policy_report.py",
    "filter/cluster_domain.py",
    "filter/waiting_static_pods.py",
    "lookup/objects.py",
    "modules/kubeadm_certificates.py",
    "module_utils/_gathering/knocks.py",  # it passes over packets that are too short
    "module_utils/_diagnosis/cluster_facts.py",
    "module_utils/_bundle/private_parts.py",
    "module_utils/_bundle/bundle.py",
    "plugin_utils/report_history.py",
    "plugin_utils/kubeconfigs.py",
}
FILES = {str(path.relative_to(PLUGINS)): path.read_text() for path in sorted(PLUGINS.rglob("*.py"))}
TESTS = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))


@pytest.mark.parametrize("call", OWN)
def test_a_library_is_called_by_the_reader_alone(call):
    found = {name for name, text in FILES.items() if re.search(rf"\b{re.escape(call)}\(", text)}
    assert found == set(OWN[call])


def test_every_file_that_parses_texts_is_fuzzed():
    parse = re.compile(r"\b(parse_(json|json_objects|base64|yaml|yaml_or_none)|yaml_errors|struct\.unpack_from)\(")
    readers = ("module_utils/_base/foreign_data.py", "plugin_utils/yaml_texts.py")
    found = {name for name, text in FILES.items() if parse.search(text) and name not in (*readers, *DOORS)}
    assert [name for name in sorted(found) if name.removesuffix(".py").replace("/", ".") not in TESTS] == []
