# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.pause_images import choose_pause_images


def node(name, *images, **status):
    return {"metadata": {"name": name}, "status": {"images": [{"names": list(names)} for names in images], **status}}


OLD, NEW = "registry.k8s.io/pause:3.9", "mirror.example/pause:3.10.2"


@pytest.mark.parametrize(
    ("nodes", "chosen"),
    [
        ([], {}),
        ([node("a", ["example/web:1"], ["x@sha256:0", OLD]), node("b", [NEW])], {"a": OLD, "b": NEW}),
        # Another node's, whichever it is.
        ([node("new"), node("b", [NEW])], {"new": NEW, "b": NEW}),
        ([node("a", ["example/web:1"])], {"a": "registry.k8s.io/pause:3.10"}),
        ([{"metadata": {"name": "a"}}, node("b", images=None)], dict.fromkeys("ab", "registry.k8s.io/pause:3.10")),
        # An image of another name, and one without names.
        ([node("a", ["example/pauses:1"], [])], {"a": "registry.k8s.io/pause:3.10"}),
    ],
)
def test_image_of_each_node(nodes, chosen):
    assert choose_pause_images(nodes) == chosen


def test_an_object_that_is_no_node():
    with pytest.raises(InputError, match="nodes"):
        choose_pause_images([{"kind": "Pod", "metadata": {"name": "a"}}])
