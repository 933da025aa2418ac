# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files with kubeconfigs on the controller."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.directories import make_private
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.yaml_texts import parse_yaml


def parse(text: str, name: str) -> Any:
    """Read the YAML of a kubeconfig. Raises InputError with the line of the fault, without the content of that line."""
    return parse_yaml(text, f"kubeconfig {name}")


def dump(config: Any) -> str:
    return str(yaml.safe_dump(config, sort_keys=False))


def write(path: Path, text: str) -> None:
    """Write a file that only its owner reads. A reader finds the old file or the new one.

    Raises:
        InputError: the file cannot be written
    """
    try:
        make_private(path.parent)
        # It holds credentials, so it goes also where a full disk cuts it off.
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".") as folder:
            new = Path(folder, path.name)
            new.touch(mode=0o600)
            new.write_text(text, encoding="utf-8")
            new.replace(path)
    except OSError as error:
        raise InputError(
            f"{path} cannot be written: {error.strerror}: choose another directory as podnet_output_dir"
        ) from None


__all__ = ["dump", "parse", "write"]
