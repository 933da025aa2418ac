"""Print as JSON how many bytes Ansible sends to a node for each module that a node runs, without its arguments.

footprint.py runs it in a process of its own, where Ansible finds the collection before Python does.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ansible import constants
from ansible.executor.module_common import modify_module
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader, module_loader
from ansible.template import Templar

ROOT = Path(__file__).resolve().parents[1]


def sent(name: str) -> int:
    """Count the bytes for one module."""
    built = modify_module(
        module_name=name,
        module_path=module_loader.find_plugin(name),
        module_args={},
        templar=Templar(loader=DataLoader()),
        task_vars={"ansible_python_interpreter": sys.executable},
        module_compression=constants.DEFAULT_MODULE_COMPRESSION,
    )
    return len(built.b_module_data)


def main() -> None:
    """Print the sizes. A module of the controller has an action of its name, and is not sent."""
    init_plugin_loader([str(ROOT / ".collections")])
    of_controller = {path.stem for path in ROOT.glob("plugins/action/*.py")}
    ours = sorted(path.stem for path in ROOT.glob("plugins/modules/*.py") if path.stem not in of_controller)
    sizes = {"ping": sent("ansible.builtin.ping"), **{name: sent(f"podnet.kubernetes.{name}") for name in ours}}
    print(json.dumps(sizes))


if __name__ == "__main__":
    main()
