# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.waiting_static_pods import waiting_static_pods


def test_a_kubelet_without_pods_runs_no_control_plane():
    assert waiting_static_pods('{"kind": "PodList"}') == ["kube-apiserver", "kube-controller-manager", "kube-scheduler"]


@pytest.mark.parametrize("answer", ["", "Forbidden", 3, None])
def test_no_answer_of_a_kubelet_is_refused(answer):
    with pytest.raises(AnsibleFilterError, match="waiting_static_pods: "):
        waiting_static_pods(answer)
