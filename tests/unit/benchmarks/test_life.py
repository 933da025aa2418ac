# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests of the benchmark of a cluster's life, without a cluster."""

from __future__ import annotations

import http.server
import threading
import time

import life
import pytest
import web_server


def test_further_nodes_have_the_next_names_and_addresses():
    group = life.further_nodes(5)["all"]["children"]["lab"]["children"]["nodes"]["hosts"]
    assert group == {"node3": {"ansible_host": "10.100.198.203"}, "node4": {"ansible_host": "10.100.198.204"}}


def test_growth_adds_one_node_to_three_and_one_to_eight(monkeypatch):
    monkeypatch.setattr(life, "play", lambda *_command: 0.0)
    sizes = []
    monkeypatch.setattr(life, "grow", lambda size: sizes.append(size) or float(size))
    rows = life.growth()
    assert sizes == [4, 8, 9]
    assert [row.values for row in rows] == [(4.0,), (9.0,), (9 / 4,)]


def test_the_lab_and_its_cluster_get_the_older_version_first(monkeypatch):
    """A lab with a cluster of the newer version cannot go back, so its nodes have to be replaced."""
    plays = []
    monkeypatch.setattr(life, "play", lambda *command: plays.append(command) or 30.0)
    monkeypatch.setattr(life, "kubectl", lambda *_command, **_data: "")
    monkeypatch.setattr(life, "items", lambda _kind: [])
    steps, failed = life.upgrade()
    assert [one[0] for one in plays] == ["lab/create.yml", "playbooks/flannel.yml", "playbooks/upgrade.yml"]
    assert [one[-1].partition("=")[2] for one in plays] == [life.OLD, life.OLD, life.NEW]
    assert (steps.values, failed.values) == ((10.0,), (0,))


@pytest.fixture
def answers():
    """How a web server answers: the status, and how many bytes of ten it sends."""
    return {"status": 200, "bytes": 10}


@pytest.fixture
def port(answers, monkeypatch):
    """A web server on the loopback address in place of the cluster's."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(answers["status"])
            self.send_header("Content-Length", "10")
            self.end_headers()
            self.wfile.write(b"x" * answers["bytes"])

        def log_message(self, *_arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        monkeypatch.setattr(web_server, "PORT", server.server_port)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()


@pytest.mark.parametrize("wrong", [{"status": 503}, {"bytes": 4}], ids=["an error", "half an answer"])
@pytest.mark.usefixtures("port")
def test_each_request_counts(answers, wrong):
    def enough(count):
        end = time.monotonic() + 10
        while count() < 3 and time.monotonic() < end:
            time.sleep(0.01)

    with web_server.Prober(["127.0.0.1"]) as prober:
        enough(lambda: prober.answers)
        assert (prober.answers >= 3, prober.failures) == (True, [])
        answers.update(wrong)
        enough(lambda: len(prober.failures))
    assert len(prober.failures) >= 3
    assert "127.0.0.1" in prober.failures[0]


@pytest.mark.usefixtures("port")
def test_requests_before_the_nodes_know_the_service_do_not_count(answers):
    answers["status"] = 503
    threading.Timer(0.5, answers.update, [{"status": 200}]).start()
    with web_server.Prober(["127.0.0.1"]) as prober:
        assert prober.failures == []
