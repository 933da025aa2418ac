# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.pulls import read_pulls

CLOCK = 1_700_000_020.0  # 2023-11-14T22:13:40Z
TIME = 'time="2023-11-14T22:13:20.123456789Z" level='
HEAD = 'Head \\"https://r.example/v2/x/manifests/1\\": dial tcp: lookup r.example: no such host"'
FAILED = f'{TIME}error msg="PullImage \\"r.example/x:1\\" failed" error="failed to do request: {HEAD}'
PULLED = f'{TIME}info msg="PullImage \\"r.example/x:1\\" returns image reference \\"sha256:00\\""'
SANDBOX = (
    f'{TIME}error msg="RunPodSandbox for &PodSandboxMetadata{{Name:a,}} failed, error" error="rpc error: code = X '
    f'desc = failed to get sandbox image \\"r.example/pause:3\\": failed to pull image: {HEAD}'
)
STARTED = f'{TIME}info msg="RunPodSandbox for &PodSandboxMetadata{{Name:a,}} returns sandbox id \\"00\\""'


def test_a_pull_that_failed():
    (found,) = read_pulls(FAILED, CLOCK)
    assert (found["image"], found["sandbox"], found["age"]) == ("r.example/x:1", False, 20.0)
    assert found["error"].endswith(
        'Head "https://r.example/v2/x/manifests/1": dial tcp: lookup r.example: no such host'
    )


def test_the_signature_in_a_long_address_stays_on_the_node():
    log = FAILED.replace("/manifests/1", f"/blobs?X-Amz-Signature={'c0ffee' * 200}")
    (found,) = read_pulls(log, CLOCK)
    assert "c0ffee" not in found["error"]


def test_the_sandbox_image():
    (found,) = read_pulls(SANDBOX, CLOCK)
    assert (found["image"], found["sandbox"]) == ("r.example/pause:3", True)


@pytest.mark.parametrize(
    ("lines", "images"),
    [
        ([FAILED, PULLED], []),
        ([PULLED, FAILED], ["r.example/x:1"]),
        ([FAILED, FAILED], ["r.example/x:1"]),
        ([SANDBOX, STARTED], []),
        ([FAILED, STARTED], ["r.example/x:1"]),
        ([STARTED, SANDBOX, FAILED], ["r.example/pause:3", "r.example/x:1"]),
        (["nonsense", ""], []),
    ],
)
def test_the_last_outcome_of_an_image_counts(lines, images):
    assert [one["image"] for one in read_pulls("\n".join(lines), CLOCK)] == images


def test_other_times_and_none():
    assert read_pulls(FAILED.replace("20.123456789Z", "20+01:00"), CLOCK)[0]["age"] == 3620.0
    assert read_pulls(FAILED.partition(" ")[2], CLOCK)[0]["age"] is None


def test_secrets_stay_on_the_node():
    (found,) = read_pulls(FAILED.replace("https://r", "https://me:word@r"), CLOCK)
    assert "word" not in found["error"]
