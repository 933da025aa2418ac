# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import time

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.last_words import read_last_words
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.reader import Reader

TIME = "2026-11-28T18:41:37.080141644Z"
FATAL = 'E1128 18:41:37.084784 1 run.go:72] "command failed" err="no such program"'
CALM = 'I1128 18:41:37.079623 1 server.go:228] "Successfully retrieved NodeIPs"'


@pytest.fixture
def node(tmp_path):
    """A function that writes the logs of one container, the first start first, and reads the last words."""

    def write(folder, *logs, age=0):
        for number, lines in enumerate(logs):
            path = tmp_path / "var/log/pods" / folder / f"{number}.log"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("".join(f"{TIME} stderr F {line}\n" for line in lines))
            os.utime(path, (time.time() - age,) * 2)
        return read_last_words(Reader(tmp_path))

    return write


PROXY = "kube-system_kube-proxy-x7jzb_0f3c/kube-proxy"


def test_the_line_that_says_why_a_container_ended(node):
    assert node(PROXY, [CALM], [CALM, FATAL]) == {"kube-system/kube-proxy-x7jzb/kube-proxy": FATAL}


def test_coredns_that_asks_itself_calls_its_last_words_fatal(node):
    loop = (
        '[FATAL] plugin/loop: Loop (127.0.0.1:53721 -> :53) detected for zone ".", see https://coredns.io/plugins/loop'
    )
    calm = ["maxprocs: Leaving GOMAXPROCS=2", "CoreDNS-1.13.1"]
    assert list(node("kube-system_coredns-589f44dc88-rtcvl_0f3c/coredns", calm, [*calm, loop]).values()) == [loop]


@pytest.mark.parametrize("folder", ["prod_etcd-0_u1/etcd", "monitoring_kube-prometheus-grafana-7_u2/grafana"])
def test_containers_of_users_are_not_read_whatever_their_names_are(node, folder):
    assert node(folder, [CALM], [FATAL]) == {}


def test_the_newest_log_is_empty_yet(node):
    assert list(node(PROXY, [CALM], [FATAL], [CALM]).values()) == [FATAL]


def test_a_long_log_is_read_from_its_end(node):
    assert list(node(PROXY, [], [*[CALM] * 5000, FATAL]).values()) == [FATAL]


def test_secrets_are_replaced(node):
    found = node(PROXY, [], [FATAL + " token abcdef.0123456789abcdef"])
    assert "0123456789abcdef" not in str(found)


def test_a_container_of_a_user_is_not_read(node):
    assert node("default_web_0f3c/web", [FATAL], [FATAL]) == {}


def test_a_container_that_never_ended_has_no_last_words(node):
    assert node(PROXY, [FATAL]) == {}


def test_what_ended_long_ago_is_forgotten(node):
    assert node(PROXY, [], [FATAL], age=1000) == {}


def test_a_node_without_logs(tmp_path):
    assert read_last_words(Reader(tmp_path)) == {}
