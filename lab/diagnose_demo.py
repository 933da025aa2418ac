"""Break the lab's pod network, let a verification name each cause, apply its remedy, and write a page about it.

`make diagnose-demo` runs it on the lab. It plays the faults of the network that is there: five after `make flannel`,
and one after `make calico`, because Flannel enforces no policies. The page, docs/troubleshooting.md, shows the commands
that break and mend the network, and the output of `playbooks/verify.yml` as it was.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from dataclasses import dataclass

from controller import OUTPUT, ROOT, must, run

PAGE = ROOT / "docs" / "troubleshooting.md"
REPORT = "diagnose-demo"
BEGIN = "<!-- `make diagnose-demo` writes the lines below. -->\n"
INSTALL = "ansible-playbook molecule/shared/install.yml -e network=flannel -e flannel_max_unavailable=3"
DAEMONS = {"kube-flannel-ds": "flannel", "calico-node": "calico"}
POLICY = """kubectl apply --filename - <<EOF
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: dns-of-the-system, namespace: kube-system}
spec:
  podSelector: {matchLabels: {k8s-app: kube-dns}}
  ingress:
    - from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}}]
EOF"""
WITH_DNS = POLICY.replace("\nEOF", "\n    - ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]\nEOF")
RESTART = (
    "kubectl delete pod --namespace kube-flannel --selector app=flannel --field-selector spec.nodeName=node1",
    "kubectl rollout status daemonset/kube-flannel-ds --namespace kube-flannel --timeout 60s",
)


@dataclass(frozen=True)
class Fault:
    """A fault of the network.

    Attributes:
        finding: ids of findings, one of which must be the first
        title, story: for the page
        place: where the commands run: a node, or the controller
        breaks, mends: commands; {subnet} is the pod subnet of node2
        cure: where the commands of the remedy run
        network: the pod network that the lab must have
        clears: commands for the controller that take away what the remedy leaves
    """

    finding: tuple[str, ...]
    title: str
    story: str
    place: str
    breaks: tuple[str, ...]
    cure: str
    mends: tuple[str, ...]
    network: str = "flannel"
    clears: tuple[str, ...] = ()


FAULTS = (
    Fault(
        ("shared_address", "network_on_another_nic"),
        "Flannel on the wrong NIC",
        "Flannel takes the NIC with the default route unless it is told another one. On Vagrant this is the NAT's, and "
        "has one address on all machines. The role refuses that, so its check is off here.",
        "controller",
        (f"{INSTALL} -e '{{flannel_interface: null, flannel_check_public_address: false}}'",),
        "controller",
        (INSTALL,),
    ),
    Fault(
        ("pod_routes",),
        "A route is gone",
        "A restarted network service took the route to the pods of node2 away from node1.",
        "node1",
        ("ip route delete {subnet}",),
        "controller",
        RESTART,
    ),
    Fault(
        ("forward_drop",),
        "The packet filter drops packets between pods",
        "A firewall on node1 has a rule before those of Flannel.",
        "node1",
        ("iptables --insert FORWARD --source 10.244.0.0/16 --jump DROP",),
        "node1",
        ("iptables --delete FORWARD --source 10.244.0.0/16 --jump DROP",),
    ),
    Fault(
        ("mtu",),
        "An MTU that the path does not carry",
        "The NIC of node2 has a smaller MTU than those of the other nodes. Small packets pass, large ones vanish.",
        "node2",
        ("ip link set enp0s8 mtu 1400",),
        "node2",
        ("ip link set enp0s8 mtu 1500",),
    ),
    Fault(
        ("vtep_mac",),
        "flannel.1 has another MAC than Flannel announced",
        "A network manager gave flannel.1 on node1 a MAC of its own. The other nodes still send to the old one.",
        "node1",
        ("ip link set flannel.1 address 02:00:00:00:00:01",),
        "controller",
        RESTART,
    ),
    Fault(
        ("policy_blocks",),
        "A policy blocks the DNS",
        "On a cluster with Calico, an administrator closes the DNS pods for other namespaces, and forgets that all "
        "pods ask them.",
        "controller",
        (POLICY,),
        "controller",
        (WITH_DNS,),
        "calico",
        ("kubectl delete networkpolicy dns-of-the-system --namespace kube-system",),
    ),
)


def message(output: str, after: str) -> str:
    """The message that Ansible shows after a mark, in its output as YAML."""
    block = re.search(r"\n    msg: \|\d?-\n((?:(?: {8}.*)?\n)+)", output[output.rindex(after) :])
    if block is None:
        raise SystemExit(f"no message after {after!r} in:\n{output}")
    return re.sub("^ {8}", "", block[1], flags=re.MULTILINE).rstrip().replace(f"{ROOT}/", "")


def verify() -> subprocess.CompletedProcess[str]:
    """Verify the network, with one pod on each node so that the matrix is small."""
    # A verification that does not come to the diagnosis leaves an older file.
    (OUTPUT / "reports" / REPORT / "findings.json").unlink(missing_ok=True)
    settings = "-e connectivity_own_pods=1 -e connectivity_node_port=false"
    return run("controller", f"ansible-playbook playbooks/verify.yml -e connectivity_name={REPORT} {settings}")


def first_finding() -> str:
    """The id of the first finding of the last verification."""
    findings = json.loads((OUTPUT / "reports" / REPORT / "findings.json").read_text())["findings"]
    return str(findings[0]["id"]) if findings else "nothing"


def commands(place: str, lines: tuple[str, ...]) -> list[str]:
    """Show commands as a person would type them."""
    return ["```sh", f"# on {place}", *lines, "```"]


def play(fault: Fault, subnet: str) -> list[str]:
    """Break the network, name the cause, mend it, and return the part of the page."""
    breaks = tuple(one.replace("{subnet}", subnet) for one in fault.breaks)
    print(f"== {fault.title}", flush=True)
    try:
        return _play(fault, breaks)
    finally:
        for command in fault.clears:
            run("controller", command)


def _play(fault: Fault, breaks: tuple[str, ...]) -> list[str]:
    try:
        for command in breaks:
            must(fault.place, command)
        broken = verify()
    finally:
        for command in fault.mends:
            must(fault.cure, command)
    if broken.returncode != 2:
        raise SystemExit(f"the verification ended with {broken.returncode}:\n{broken.stdout}")
    matrix, words = message(broken.stdout, "Show the matrix"), message(broken.stdout, "\nfatal: ")
    matrix = matrix.partition(f"\n{words.splitlines()[0]}")[0]  # the message repeats what follows
    found = first_finding()
    print(f"{matrix}\n\n{words}\n", flush=True)
    if found not in fault.finding:
        raise SystemExit(f"the first finding is {found}: it should be {' or '.join(fault.finding)}")
    mended = verify()
    if mended.returncode:
        raise SystemExit(f"the remedy did not help:\n{mended.stdout}")
    count = next(line for line in message(mended.stdout, "Show the matrix").splitlines() if " cells: " in line)
    print(count, flush=True)
    return [
        fault.title,
        f"{fault.story} (The lab made the output on {time.strftime('%Y-%m-%d')}.)",
        "",
        *commands(fault.place, breaks),
        "",
        "The verification shows the matrix, and fails with the cells, the finding and the trail:",
        "```text",
        matrix,
        "",
        words,
        "```",
        "The remedy, and the verification after it:",
        *commands(fault.cure, fault.mends),
        "```text",
        count,
        "```",
        "",
    ]


def with_sections(page: str, new: dict[str, str]) -> str:
    """Put sections into the page, by their titles. The others stay, in the order of the faults."""
    before, mark, old = page.partition(BEGIN)
    if not mark:
        raise SystemExit(f"{PAGE} lacks the line {BEGIN.strip()}")
    sections = {part.partition("\n")[0]: part for part in old.split("## ")[1:]} | new
    return before + mark + "".join(f"\n## {sections[one.title].strip()}\n" for one in FAULTS if one.title in sections)


def main(chosen: list[str]) -> None:
    """Play the faults of the lab's network with these findings, by default all, and write their sections."""
    subnet = must("controller", "kubectl get node node2 --output jsonpath={.spec.podCIDR}")
    daemons = must("controller", "kubectl get daemonsets --all-namespaces --output jsonpath={.items[*].metadata.name}")
    networks = {DAEMONS[name] for name in daemons.split() if name in DAEMONS}
    for fault in FAULTS:
        if fault.network in networks and (not chosen or set(chosen) & set(fault.finding)):
            section = "\n".join(play(fault, subnet))
            PAGE.write_text(with_sections(PAGE.read_text(), {fault.title: section}))


if __name__ == "__main__":
    main(sys.argv[1:])
