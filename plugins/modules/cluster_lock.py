#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of the action cluster_lock, which runs on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_lock
short_description: Keep other runs off a cluster until this one ends
version_added: "0.1.0"
author:
  - podnet.kubernetes developers (@podnet)
description:
  - Takes a lock on a host. Use the control plane of the cluster, also before the cluster exists. The action fails when
    another run holds the lock, and says who holds it and since when.
  - The lock ends with Ansible, also when Ansible is killed. When the controller loses its power or its network, the
    lock ends a minute later.
  - The lock leaves no file on the host, and needs no root there.
  - A second call in the same run succeeds.
extends_documentation_fragment:
  - podnet.kubernetes.attributes
  - podnet.kubernetes.attributes.controller
attributes:
  check_mode:
    support: full
    details: In check mode the action takes no lock.
  diff_mode:
    support: none
    details: There is no change to show.
options: {}
notes:
  - The connection must be P(ansible.builtin.ssh#connection) or P(ansible.builtin.local#connection), and the host needs
    C(python3) in its path. Elsewhere, and when the host does not answer, the action takes no lock. It says so, and does
    not fail.
  - Any user of the host can hold a lock of this name, and so stop other runs.
"""

EXAMPLES = r"""
- name: Keep other runs off the cluster
  podnet.kubernetes.cluster_lock:
  delegate_to: master
  run_once: true
"""

RETURN = r"""
msg:
  description: Which host holds the lock, or why there is no lock.
  returned: always
  type: str
  sample: master keeps other runs off the cluster until this one ends.
"""
