"""Interrupt runs and break nodes of the lab many times, and write docs/reliability.md about it.

`make soak` runs it: `make soak ARGS="kill --tries 5 --seed 1"`. Each kind of fault has tries with numbers. The seed and
the number decide the moment and the node, so a long soak can be split over several runs: `--first 6` goes on after
five tries, and a try that failed can be played again. The page has one line for each try, the newest for its number.

- kill: a run of `playbooks/flannel.yml` from bare nodes loses its ansible-playbook by SIGKILL. The workers of Ansible
  and the programs on the nodes live on, as after an out-of-memory kill, and the second run begins at once.
- power: during such a run a node loses its power, and comes back when the run has ended. A run that waits for longer
  than two minutes is ended, as by a person who sees that the node is off.
- faults: on a cluster with Flannel, each fault of FAULTS.

A try passes when the next run finishes the cluster and proves its network, and a third run changes nothing. A fault
passes when the network is proved again within a time limit, or when the diagnosis names the cause.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from controller import OUTPUT, PATIENCE, ROOT, environment, must, run

PAGE = ROOT / "docs" / "reliability.md"
BEGIN = "<!-- `make soak` writes the lines below. -->\n"
HEAD = "| Fault | Try | When | Outcome | Date |\n|---|---|---|---|---|\n"
NODES = ("master", "node1", "node2")
PLAYBOOK = "ansible-playbook playbooks/flannel.yml"
RUNS = 3  # of a try, for moments that come after the end of its run
WHOLE_RUN = 80.0  # seconds; bare nodes need about as long, until the proof begins
LEFT_ALONE = 120.0  # seconds that a run has for its own end after a fault; then it is ended as by Ctrl-C


@dataclass(frozen=True)
class Outcome:
    """How a try ended.

    Attributes:
        fault: kind of the try, as the page shows it
        number: "seed.number" of a try with a random moment, otherwise empty
        when: the moment of the fault, in words
        passed: whether the cluster got well by itself or by the next run, or the diagnosis named the cause
        words: what happened
    """

    fault: str
    number: str
    when: str
    passed: bool
    words: str


@dataclass(frozen=True)
class Fault:
    """A fault of a cluster that works.

    Attributes:
        title: what happens, as the page shows it
        breaks: commands for the node; each must succeed
        node: where they run
        mends: commands for the node that a person would give, after the diagnosis has named the cause; they run at the
            end too, where a step before them failed
        finding: ids of the findings that may name the cause; empty if the cluster must get well by itself
        within: seconds until the proof must pass
    """

    title: str
    breaks: tuple[str, ...]
    node: str = "node1"
    mends: tuple[str, ...] = ()
    finding: tuple[str, ...] = ()
    within: int = 180


_Interrupt = Callable[[subprocess.Popen[str]], object]

API = "--protocol tcp --dport 6443 --jump DROP"
FLAP = "sh -c 'for i in $(seq 20); do ip link set enp0s8 down; sleep 0.3; ip link set enp0s8 up; sleep 0.3; done'"
FAULTS = (
    Fault("a node loses its power, and comes back", ("reboot",)),
    Fault("the control plane loses its power, and comes back", ("reboot",), "master", within=300),
    Fault("the kubelet is killed", ("systemctl kill --signal=KILL kubelet",)),
    Fault("containerd is killed", ("systemctl kill --signal=KILL --kill-whom=main containerd",)),
    Fault("the container of the API is killed", ("sh -c 'kill -KILL $(pgrep --exact kube-apiserver)'",), "master"),
    Fault("the API is away for a minute",
          (f"iptables --insert INPUT {API}", "sleep 60", f"iptables --delete INPUT {API}"), "master",
          mends=(f"iptables --delete INPUT {API}",)),
    Fault("the NIC of the node network goes down and up 20 times", (FLAP,)),
    Fault("the disk of the plugins' addresses is full",
          ("mount --types tmpfs --options size=8k none /var/lib/cni", "sh -c 'yes > /var/lib/cni/full || true'"),
          mends=("umount /var/lib/cni",), finding=("disk_full",)),
)  # fmt: skip


def bare_nodes() -> None:
    """Replace the lab's nodes by new ones."""
    must("controller", "ansible-playbook lab/destroy.yml")
    must("controller", "ansible-playbook lab/create.yml -e lab_network=flannel")


def last_task(output: str) -> str:
    """The name of the task that ran when a run ended."""
    names = re.findall(r"^TASK \[(?:.* : )?(.*)\] \*", output, flags=re.MULTILINE)
    return names[-1] if names else "the start of Ansible"


def reason(output: str) -> str:
    """The last message of a run that failed, in one line for a table."""
    lines = [line.strip() for line in output.splitlines() if line.strip() and not line.startswith("PLAY RECAP")]
    fatal = [line for line in lines if line.startswith("fatal:") or "msg" in line]
    return " ".join((fatal or lines or ["no output"])[-1].split())[:200].replace("|", "/")


def converged() -> tuple[bool, str]:
    """Whether a run finishes the cluster and proves the network, and the one after it changes nothing."""
    for number, expected in enumerate(("", "changed=0")):
        started = time.monotonic()
        done = run("controller", PLAYBOOK)
        if done.returncode:
            return False, f"run {number + 2} failed: {reason(done.stdout)}"
        recap = done.stdout.rpartition("PLAY RECAP")[2]
        if any(expected not in line for line in recap.splitlines() if "ok=" in line):
            return False, f"run {number + 2} changed something: see {keep(done.stdout)}"
        took = time.monotonic() - started
    return True, f"finished and proved; the run after it changed nothing, in {took:.0f} s"


def keep(output: str) -> str:
    """Write the output of a failed run to a file, and return its name."""
    path = ROOT / ".cache" / "soak" / f"{time.strftime('%Y%m%dT%H%M%S')}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(output)
    return path.name


def interrupted(moment: float, interrupt: _Interrupt) -> tuple[str, bool]:
    """Start a run on bare nodes, and interrupt it after some seconds. Return its output, and whether it still ran."""
    bare_nodes()
    log = ROOT / ".cache" / "soak" / "interrupted.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as file:
        # A shell starts programs in the background with SIGINT ignored, and their children inherit that.
        process = subprocess.Popen(
            PLAYBOOK.split(), cwd=ROOT, env=environment(), stdout=file, stderr=file, text=True,
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        )  # fmt: skip
        try:
            ran = _interrupt(process, moment, interrupt)
        finally:
            process.kill()
    return log.read_text(), ran


def _interrupt(process: subprocess.Popen[str], moment: float, interrupt: _Interrupt) -> bool:
    """Interrupt a run after some seconds, and wait for its end. Return whether it still ran."""
    try:
        process.wait(moment)
        ran = False
    except subprocess.TimeoutExpired:
        interrupt(process)
        ran = True
    try:
        process.wait(LEFT_ALONE)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE)
    return ran


def attempt(
    fault: str,
    number: str,
    moments: Iterable[float],
    interrupt: _Interrupt,
    mend: Callable[[], object] = lambda: None,
) -> Outcome:
    """Interrupt a run, and see whether the next one finishes the cluster.

    A run that ended before proves nothing, so another one is interrupted at the next of the moments, in seconds.
    """
    for moment in moments:
        output, ran = interrupted(moment, interrupt)
        if ran:
            mend()
            passed, words = converged()
            return Outcome(fault, number, f"{moment:.0f} s: {last_task(output)}", passed, words)
    return Outcome(fault, number, "", False, "nothing was interrupted, because each run had ended before")


def random_moments(chance: random.Random) -> Iterator[float]:
    """Choose when to interrupt a run: the first moment, and others for runs that end before it."""
    return (chance.uniform(0, WHOLE_RUN) for _run in range(RUNS))


def kill(number: str, chance: random.Random) -> Outcome:
    """Kill ansible-playbook at a random moment."""
    return attempt("SIGKILL of ansible-playbook", number, random_moments(chance), lambda process: process.kill())


def power(number: str, chance: random.Random) -> Outcome:
    """Take the power of a random node at a random moment."""
    first, node = chance.uniform(0, WHOLE_RUN), chance.choice(NODES)
    return attempt(
        f"{node} loses its power",
        number,
        (first, *random_moments(chance)),
        lambda _process: must("controller", f"podman kill podnet-{node}"),
        lambda: must("controller", f"ansible-playbook lab/reboot.yml -e lab_reboot={node}"),
    )


def proved() -> tuple[bool, set[str]]:
    """Whether a verification passes, and the ids of its findings."""
    findings = OUTPUT / "reports" / "soak" / "findings.json"
    findings.unlink(missing_ok=True)  # a verification that does not come to the diagnosis leaves an older file
    done = run("controller", "ansible-playbook playbooks/verify.yml -e connectivity_name=soak")
    known = json.loads(findings.read_text())["findings"] if done.returncode and findings.exists() else []
    return done.returncode == 0, {str(one["id"]) for one in known}


def break_cluster(fault: Fault) -> Outcome:
    """Break a cluster, and wait until it is well or its cause is named. Nothing of the fault stays behind."""
    try:
        return _broken(fault)
    finally:
        for command in fault.mends:
            run(fault.node, command)


def _broken(fault: Fault) -> Outcome:
    for command in fault.breaks:
        if command == "reboot":
            must("controller", f"podman kill podnet-{fault.node}")
            must("controller", f"ansible-playbook lab/reboot.yml -e lab_reboot={fault.node}")
        else:
            must(fault.node, command)
    started = time.monotonic()
    passed, findings = proved()
    named = sorted(findings & set(fault.finding))
    if fault.finding:
        for command in fault.mends:
            run(fault.node, command)
    while not passed and time.monotonic() - started < fault.within:
        passed, findings = proved()
    words = f"proved again after {time.monotonic() - started:.0f} s" if passed else f"not proved: {sorted(findings)}"
    if fault.finding:
        passed = passed and bool(named)
        words = f"named as {', '.join(named) or 'nothing'}; after the remedy {words}"
    return Outcome(fault.title, "", fault.node, passed, words)


def with_line(page: str, outcome: Outcome) -> str:
    """Put the line of a try into the page. It replaces the line of an earlier run of the same try."""
    before, mark, old = page.partition(BEGIN)
    if not mark:
        raise SystemExit(f"{PAGE} lacks the line {BEGIN.strip()}")
    key = f"| {outcome.fault} | {outcome.number} |"
    result = f"{'passed' if outcome.passed else '**failed**'}: {outcome.words}"
    line = f"{key} {outcome.when} | {result} | {time.strftime('%Y-%m-%d')} |"
    lines = [one for one in old.splitlines() if one.startswith("| ") and not one.startswith(("| Fault", key))]
    lines = [*lines, line]
    good = sum("| passed: " in one for one in lines)
    return f"{before}{mark}\n{good} of {len(lines)} tries passed.\n\n{HEAD}" + "".join(f"{one}\n" for one in lines)


def main(words: list[str]) -> int:
    """Play the tries that the arguments choose, and write a line about each. Return 1 if one failed."""
    parser = argparse.ArgumentParser(description="Interrupt runs and break nodes of the lab.")
    parser.add_argument("kind", choices=["kill", "power", "faults"])
    parser.add_argument("--tries", type=int, default=1)
    parser.add_argument("--first", type=int, default=1, help="number of the first try")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="a part of the titles of the faults")
    given = parser.parse_args(words)
    plays: list[Callable[[], Outcome]]
    if given.kind == "faults":
        plays = [partial(break_cluster, fault) for fault in FAULTS if given.only in fault.title]
    else:
        numbers = range(given.first, given.first + given.tries)
        play = {"kill": kill, "power": power}[given.kind]
        plays = [partial(play, f"{given.seed}.{n}", random.Random(f"{given.seed}.{given.kind}.{n}")) for n in numbers]
    outcomes = []
    for one in plays:
        outcome = one()
        outcomes.append(outcome)
        print(outcome, flush=True)
        PAGE.write_text(with_line(PAGE.read_text(), outcome))
    return 0 if all(outcome.passed for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
