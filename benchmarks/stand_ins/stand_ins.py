"""A callback for planning.py: modules give the answers of a generated cluster, and nothing connects.

It also counts, for each task, how often templates read the variables of a host out of `hostvars`, and the processor
time of the run, and the peak of its memory. It writes them as JSON to the file that PODNET_COUNTS names.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase
from ansible.plugins.callback import CallbackBase
from ansible.vars.hostvars import HostVars

from ansible_collections.podnet.kubernetes.plugins.lookup import k8s
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.allocation_file import as_texts
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.subnet_allocation import allocate, parse_request

DOCUMENTATION = """
name: stand_ins
type: aggregate
short_description: Stand in for modules, and count
description: See the file.
"""


def address(name: str) -> str:
    """The address of the host with that number in its name."""
    number = int(name.removeprefix("node"))
    return f"10.100.{number // 250}.{number % 250 + 2}"


def node(name: str) -> dict[str, Any]:
    """The Node object of a host, with the size of a real one."""
    filler = [
        {"names": [f"registry.example.org/image{number}@sha256:{'0' * 64}"], "sizeBytes": 1} for number in range(20)
    ]
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "annotations": {}, "labels": {"kubernetes.io/hostname": name}},
        "spec": {"podCIDR": "", "taints": [{"key": "a", "effect": "NoSchedule"}]},
        "status": {
            "addresses": [{"type": "InternalIP", "address": address(name)}, {"type": "Hostname", "address": name}],
            "conditions": [{"type": "Ready", "status": "True"}],
            "images": filler,
        },
    }


def node_address(host: str, _arguments: dict[str, Any], _hosts: list[str]) -> dict[str, Any]:
    """What the module node_address finds."""
    nic = {"address": address(host), "interface": "enp0s8", "network": "10.100.0.0/16", "mtu": 1500}
    return {"node_address": nic, "candidates": [nic]}


def k8s_info(_host: str, arguments: dict[str, Any], hosts: list[str]) -> dict[str, Any]:
    """What the cluster has: its nodes."""
    return {"resources": [node(host) for host in hosts] if arguments.get("kind") == "Node" else []}


def subnet_allocation(_host: str, arguments: dict[str, Any], _hosts: list[str]) -> dict[str, Any]:
    """The subnets that the module gives, by its own plan."""
    options = {"prefix_lengths": {}, "reserved": [], "release": [], "pins": {}, **arguments}
    avoid = [{"variable": None, "where": None, **one} for one in options["avoid"]]
    lengths = {"ipv4": 24, "ipv6": 64, **options["prefix_lengths"]}
    found = allocate(parse_request({**options, "avoid": avoid, "prefix_lengths": lengths}), {})
    return {"allocation": as_texts(found)}


def survey(_host: str, _arguments: dict[str, Any], _hosts: list[str]) -> dict[str, Any]:
    """What the module node_survey finds on an empty machine."""
    return {"ca_pins": {}, "faults": [], "mask_swap": False, "hardened": None}


ANSWERS: dict[str, Callable[[str, dict[str, Any], list[str]], dict[str, Any]]] = {
    "podnet.kubernetes.node_address": node_address,
    "podnet.kubernetes.node_survey": survey,
    "podnet.kubernetes.subnet_allocation": subnet_allocation,
    "kubernetes.core.k8s_info": k8s_info,
    "ansible.builtin.find": lambda *_all: {"files": []},
    "ansible.builtin.stat": lambda *_all: {"stat": {"exists": False}},
    "ansible.builtin.command": lambda *_all: {"stdout": "[]", "stdout_lines": [], "rc": 0},
}
# The hosts of the generated inventory. Not every caller of a lookup hands on the variables that have them.
HOSTS: list[str] = []


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "stand_ins"

    def __init__(self) -> None:
        super().__init__()
        self._reads = multiprocessing.get_context("fork").Value("Q", 0)  # the processes of tasks are forks
        self._tasks: list[tuple[str, int, float]] = []
        count_reads(self._reads)
        stand_in()

    def v2_playbook_on_play_start(self, play: Any) -> None:
        HOSTS[:] = sorted(play.get_variable_manager().get_vars()["groups"]["all"])

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        self._note(task.get_name())

    def v2_playbook_on_stats(self, stats: Any) -> None:
        self._note("")
        rows = [
            {"task": name, "reads": after[1] - reads, "seconds": after[2] - seconds}
            for (name, reads, seconds), after in zip(self._tasks, self._tasks[1:])
        ]
        kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        Path(os.environ["PODNET_COUNTS"]).write_text(json.dumps({"tasks": rows, "kilobytes": kilobytes}))

    def _note(self, name: str) -> None:
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        self._tasks.append((name, self._reads.value, sum(one.ru_utime + one.ru_stime for one in used)))


def count_reads(reads: Any) -> None:
    """Count how often a template reads a host out of `hostvars`."""
    raw_get = HostVars.raw_get

    def counted(self: HostVars, host_name: str) -> Any:
        with reads.get_lock():
            reads.value += 1
        return raw_get(self, host_name)

    HostVars.raw_get = counted


def stand_in() -> None:
    """Let modules give the answers of the generated cluster."""

    def answer(self: ActionBase, module_name: Any = None, module_args: Any = None, **more: Any) -> dict[str, Any]:
        name = str(module_name or self._task.action).replace("ansible.legacy.", "ansible.builtin.")
        variables = more.get("task_vars") or {}
        arguments = module_args if module_args is not None else self._task.args
        given = ANSWERS.get(name, lambda *_all: {})(variables["inventory_hostname"], arguments, HOSTS)
        return {"changed": False, **given}

    def look_up(_self: Any, _terms: Any, _variables: Any = None, **options: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = k8s_info("", options, HOSTS)["resources"]
        return found

    ActionBase._execute_module = answer
    k8s.LookupModule.run = look_up
    # What actions do besides on a node.
    ActionBase._low_level_execute_command = lambda *_all, **_more: {
        "rc": 0,
        "stdout": "",
        "stdout_lines": [],
        "stderr": "",
    }
    ActionBase._make_tmp_path = make_tmp_path
    ActionBase._transfer_file = lambda _self, _local, remote: remote
    ActionBase._fixup_perms2 = lambda _self, paths, **_more: paths
    ActionBase._remove_tmp_path = lambda *_all, **_more: None
    ActionBase._remote_expand_user = lambda _self, path, **_more: path


def make_tmp_path(self: ActionBase, remote_user: Any = None) -> str:
    """Name a directory that nothing writes to."""
    self._connection._shell.tmpdir = "/stand-in"
    return "/stand-in"
