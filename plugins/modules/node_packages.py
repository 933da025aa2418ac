#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module node_packages: the system of a machine, and the packages on it."""

from __future__ import annotations

DOCUMENTATION = r"""
module: node_packages
short_description: Read the system of a machine, and which Debian packages are installed
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Reads C(/etc/os-release) and C(/var/lib/dpkg/status). It returns facts with the names of M(ansible.builtin.setup)
    and M(ansible.builtin.package_facts), in one round trip and with a fraction of their work.
  - On a machine without dpkg there are no packages.
extends_documentation_fragment:
  - podnet.kubernetes.attributes.read_only
  - podnet.kubernetes.attributes
options: {}
seealso:
  - plugin: podnet.kubernetes.missing_packages
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Read which packages are installed
  podnet.kubernetes.node_packages:
"""

RETURN = r"""
ansible_facts:
  description: The facts.
  returned: success
  type: dict
  contains:
    distribution:
      description: The name of the distribution, its first word.
      type: str
      sample: Debian
    distribution_version:
      description: Its version.
      type: str
      sample: "13"
    distribution_major_version:
      description: The version up to the first dot.
      type: str
      sample: "13"
    packages:
      description: The installed packages by their names, each with its versions and whether apt holds it.
      type: dict
      sample: {kubelet: [{version: 1.36.3-1.1, held: true}]}
"""

from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError, PodnetError
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.packages import (
    installed_packages,
    read_distribution,
)

ROOT = Path("/")


def read(path: str) -> str:
    """Read a file. Empty when it is not there. Raises ClusterError when it cannot be read."""
    try:
        return (ROOT / path).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise ClusterError(f"/{path} cannot be read ({error.strerror}): it must be a file") from None


def read_facts() -> dict[str, object]:
    """Read the system and its packages. Raises ClusterError."""
    name, version = read_distribution(read("etc/os-release"))
    return {
        "distribution": name,
        "distribution_version": version,
        "distribution_major_version": version.partition(".")[0],
        "packages": installed_packages(read("var/lib/dpkg/status")),
    }


def main() -> None:
    module = AnsibleModule(argument_spec={}, supports_check_mode=True)
    try:
        facts = read_facts()
    except PodnetError as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, ansible_facts=facts)


if __name__ == "__main__":
    main()
