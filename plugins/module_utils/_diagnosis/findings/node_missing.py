# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A node took no part in the verification, because its host does not answer."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.causes import Cause, Found
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.failed_cells import unprobed_of
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.gathered import Gathered


def find(gathered: Gathered) -> Iterator[Found]:
    for name, reason in gathered.missing.items():
        node = gathered.objects.get(name)
        # The finding node_not_ready says more of a node that the API reports.
        reported = node is not None and node.ready[0] not in ("", "True")
        if name not in gathered.facts and not reported:
            yield Found(
                (name,),
                f"{name} took no part in the verification, and Ansible does not reach it now",
                (reason,),
                "see whether the machine runs and `ansible -m ping` reaches it, or set connectivity_exclude_nodes",
                unprobed_of((name,)),
            )


CAUSE = Cause(
    id="node_missing",
    severity="error",
    layer="machine",
    title="Ansible does not reach a node",
    cause="The machine is off, SSH does not answer, or the node is not in the inventory.",
    evidence="The reason in the report of the last verification: the error of SSH, for instance.",
    remedy="Start the machine, or mend SSH and the inventory; or leave the node out (connectivity_exclude_nodes).",
    harmless="The node answers now. A node that is not ready has the finding node_not_ready.",
    find=find,
)
