"""Faults that a diagnosis names, made on a lab with Flannel. Each says what must be named, and mends itself.

Where the remedy of the finding is a command, the fault ends by this command.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from fault_world import Named, World, fault, wait_until

NETS = "/etc/cni/net.d"
OWN_FILE = "10-flannel.conflist"
PKI = "/etc/kubernetes/pki"
FLAGS = "/var/lib/kubelet/kubeadm-flags.env"
NAME = "molecule-faults"
OVERWRITE = "flannel.alpha.coreos.com/public-ip-overwrite"
NAT = "10.0.2.15"


@fault
def foreign_bridge(world: World) -> Iterator[list[Named]]:
    """Another container engine's bridge has an address inside the pod network."""
    bridge = "ip link add docker0 type bridge"
    world.run("master", bridge, "ip address add 10.244.200.1/24 dev docker0", "ip link set docker0 up")
    yield [Named("overlapping_networks", ("master",), ("master: docker0 has 10.244.200.1/24",))]
    world.run("master", "ip link delete docker0")


@fault
def route_of_a_vpn(world: World) -> Iterator[list[Named]]:
    """A VPN has a route to a part of the pods of node2."""
    subnet = world.node("node2")["spec"]["podCIDR"].replace(".0/24", ".128/25")
    world.run(
        "node1",
        "ip link add tun0 type vxlan id 77 dstport 4999 dev lo",
        "ip link set tun0 up",
        f"ip route add {subnet} dev tun0",
    )
    yield [Named("overlapping_networks", ("node1",), (f"node1: ip route: {subnet} dev tun0",))]
    world.run("node1", "ip link delete tun0")


def _write_configuration(world: World, node: str, file: str) -> None:
    ipam = {"type": "host-local", "subnet": "10.33.0.0/24"}
    plugin = {"type": "bridge", "bridge": "br-other", "ipam": ipam}
    document = json.dumps({"cniVersion": "1.0.0", "name": "other", "plugins": [plugin]})
    world.run(node, f"echo '{document}' > {NETS}/{file}")


@fault
def second_configuration(world: World) -> Iterator[list[Named]]:
    """A second CNI configuration comes after Flannel's."""
    _write_configuration(world, "master", "90-other.conflist")
    order = f"{OWN_FILE} (cbr0, flannel), 90-other.conflist (other, bridge)"
    yield [Named("two_cni_configurations", ("master",), (f"in the order in which containerd looks: {order}",))]
    world.run("master", f"rm {NETS}/90-other.conflist")


@fault
def winning_configuration(world: World) -> Iterator[list[Named]]:
    """A second CNI configuration wins against Flannel's."""
    _write_configuration(world, "node2", "05-other.conflist")
    order = f"05-other.conflist (other, bridge), {OWN_FILE} (cbr0, flannel)"
    networks = ("cbr0, flannel: master and node1", "other, bridge: node2")
    yield [
        Named("two_cni_configurations", ("node2",), networks),
        Named("two_cni_configurations", ("node2",), (f"in the order in which containerd looks: {order}",)),
    ]
    world.run("node2", f"rm {NETS}/05-other.conflist")


@fault
def expired_certificate(world: World) -> Iterator[list[Named]]:
    """kubeadm made a certificate whose time is over."""
    file = f"{PKI}/front-proxy-client.crt"
    short = ["apiVersion: kubeadm.k8s.io/v1beta4", "kind: ClusterConfiguration", "certificateValidityPeriod: 1s"]
    version = world.node("master")["status"]["nodeInfo"]["kubeletVersion"]
    lines = "\\n".join([*short, f"kubernetesVersion: {version}", ""])
    world.run(
        "master",
        f"printf '{lines}' > /root/short.yaml",
        f"rm {file} {PKI}/front-proxy-client.key",
        "kubeadm init phase certs front-proxy-client --config /root/short.yaml",
        "rm /root/short.yaml",
    )
    shown = world.run("master", f"openssl x509 -noout -enddate -dateopt iso_8601 -in {file}").partition("=")[2].strip()
    end = datetime.strptime(shown, "%Y-%m-%d %H:%M:%SZ")
    yield [
        Named("certificates", ("master",), (f"master: CN=front-proxy-client: {end.strftime('%Y-%m-%d %H:%M')} UTC",))
    ]
    world.run("master", "kubeadm certs renew front-proxy-client")


@fault
def stale_authority(world: World) -> Iterator[list[Named]]:
    """The control plane was made anew, and a node keeps the ca.crt of the old one."""
    file = f"{PKI}/ca.crt"
    make = "openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -subj /CN=kubernetes -days 3650"
    world.run("node2", f"cp {file} /root/ca.crt", f"{make} -out {file} 2>/dev/null")
    pin = f"openssl x509 -noout -pubkey -in {file} | openssl pkey -pubin -outform der | sha256sum"
    own, clusters = (world.run(node, pin)[:16] for node in ("node2", "master"))
    yield [Named("certificates", ("node2",), (f"node2: {file}: CA {own}…; the cluster's CA: {clusters}…",))]
    world.run("node2", f"mv /root/ca.crt {file}")


@fault
def one_machine_id(world: World) -> Iterator[list[Named]]:
    """node1 was cloned from node2."""
    own, other = (world.run(node, "cat /etc/machine-id").strip() for node in ("node1", "node2"))
    world.run("node1", f"echo {other} > /etc/machine-id")
    yield [Named("duplicate_identity", ("node1", "node2"), (f"machine-id {other}",))]
    world.run("node1", f"echo {own} > /etc/machine-id")


@fault
def other_cgroup_driver(world: World) -> Iterator[list[Named]]:
    """containerd leaves control groups to systemd, and the kubelet does not. containerd 1 does not tell the kubelet."""
    change = "sed -i 's/SystemdCgroup = {}/SystemdCgroup = {}/' /etc/containerd/config.toml"
    restart = "systemctl restart containerd"
    world.run("node1", change.format("false", "true"), restart)
    yield [Named("cgroup_driver", ("node1",), ("node1: kubelet cgroupfs, containerd systemd",))]
    world.run("node1", change.format("true", "false"), restart)


@fault
def stopped_kubelet(world: World) -> Iterator[list[Named]]:
    """Somebody stopped the kubelet of a node a moment ago."""
    world.run("node1", "systemctl stop kubelet")
    state = re.compile(r"kubelet is inactive \(dead, result success\), \d+ restarts?")
    yield [Named("runtime_down", ("node1",), (state,))]
    world.run("node1", "systemctl restart kubelet")
    wait_until(lambda: world.is_ready("node1"), "node1 is not ready with its kubelet")


@fault
def flushed_services(world: World) -> Iterator[list[Named]]:
    """A program flushed the table nat, and kube-proxy hangs: it would set its rules again within 30 s."""
    world.run("node2", "kill -STOP $(pidof kube-proxy)", "iptables -t nat -F")
    evidence = "no rule of the table nat leads to Services by the chain KUBE-SERVICES, as on master and node1"
    yield [Named("services_missing", ("node2",), (evidence,))]
    world.delete_pod("kube-system", "kube-proxy", "node2")


@fault
def other_mac(world: World) -> Iterator[list[Named]]:
    """A network manager gave flannel.1 a MAC of its own."""
    announced = json.loads(world.node("node2")["metadata"]["annotations"]["flannel.alpha.coreos.com/backend-data"])
    # Flannel keeps the MAC of a link that it finds, so an earlier test may have left one of these.
    mac = "02:00:00:00:00:02" if announced["VtepMAC"] != "02:00:00:00:00:02" else "02:00:00:00:00:03"
    world.run("node2", f"ip link set flannel.1 address {mac}")
    evidence = f"node2: flannel.1 has {mac}, announced VtepMAC {announced['VtepMAC']}"
    yield [Named("vtep_mac", ("node2",), (evidence,))]
    world.restart_flannel("node2")


@fault
def other_nic(world: World) -> Iterator[list[Named]]:
    """Flannel on node1 announces the address of the NAT's NIC."""
    world.kubectl.output("annotate", "node", "node1", f"{OVERWRITE}={NAT}")
    world.restart_flannel("node1")
    evidence = f"node1: {NAT} (enp0s3), and InternalIP {world.addresses['node1']} (enp0s8)"
    yield [Named("network_on_another_nic", ("node1",), (evidence,))]
    world.kubectl.output("annotate", "node", "node1", f"{OVERWRITE}-")
    world.restart_flannel("node1")


@fault
def policy(world: World) -> Iterator[list[Named]]:
    """A NetworkPolicy, which Flannel does not enforce."""
    metadata = {"name": NAME, "namespace": "default"}
    spec = {"podSelector": {}, "policyTypes": ["Ingress"]}
    world.apply({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": spec})
    yield [Named("unenforced_policies", (), (f"policies: default/{NAME}",))]
    world.kubectl.output("delete", "networkpolicy", NAME, "--namespace=default")


def _node(name: str, **spec: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}, "spec": {"unschedulable": True, **spec}}


def _have_stopped(world: World, name: str, message: str) -> None:
    """Write what the cluster says of a node without a machine a minute later."""
    ready = {"type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown", "message": message}
    status = json.dumps({"status": {"conditions": [{**ready, "lastHeartbeatTime": None, "lastTransitionTime": None}]}})
    world.kubectl.output("patch", "node", name, "--subresource=status", "--type=merge", f"--patch={status}")


@fault
def subnet_outside(world: World) -> Iterator[list[Named]]:
    """A node joined with a pod subnet outside the pod network. It has no machine."""
    spec = {"podCIDR": "10.99.9.0/24", "podCIDRs": ["10.99.9.0/24"]}
    world.apply(_node("node9", **spec))
    stopped = "Kubelet stopped posting node status."
    _have_stopped(world, "node9", stopped)
    yield [
        Named("pod_cidr", ("node9",), ("node9: podCIDR 10.99.9.0/24",)),
        Named("node_not_ready", ("node9",), (f"node9: {stopped}",)),
    ]
    world.kubectl.output("delete", "node", "node9")


@fault
def no_configuration(world: World) -> Iterator[list[Named]]:
    """The CNI configuration of a node is gone, and its kubelet has noticed."""
    world.run("node2", f"rm {NETS}/{OWN_FILE}")
    wait_until(lambda: not world.is_ready("node2"), "node2 is ready without a CNI configuration")
    why = "reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized"
    evidence = f"node2: container runtime network not ready: NetworkReady=false {why}"
    yield [Named("node_not_ready", ("node2",), (evidence,))]
    world.restart_flannel("node2")
    wait_until(lambda: world.is_ready("node2"), "node2 is not ready with its CNI configuration")


@fault
def no_subnet(world: World) -> Iterator[list[Named]]:
    """A node joined while the controller manager, which allocates subnets, hangs."""
    world.run("master", "kill -STOP $(pidof kube-controller-manager)")
    world.apply(_node("node9"))
    evidence = "spec.podCIDR is empty on node9; podSubnet is 10.244.0.0/16"
    yield [Named("pod_cidr", ("node9",), (evidence,))]
    world.run("master", "kill -CONT $(pidof kube-controller-manager)")
    wait_until(lambda: bool(world.node("node9")["spec"].get("podCIDR")), "node9 has no subnet")
    world.kubectl.output("delete", "node", "node9")


@fault
def gone_address(world: World) -> Iterator[list[Named]]:
    """The kubelet of node1 uses an address that was taken away from the node."""
    own, other = world.addresses["node1"], "10.100.198.231"
    world.run("node1", f"ip address add {other}/24 dev enp0s8")
    _use_address(world, "node1", other)
    world.run("node1", f"ip address delete {other}/24 dev enp0s8")
    evidence = re.compile(rf"--node-ip={other}; the node has enp0s3 10.0.2.15/24, enp0s8 {own}/24, .*")
    yield [Named("kubelet_address", ("node1",), (evidence,))]
    _use_address(world, "node1", own)


@fault
def kubelets_on_the_nat(world: World) -> Iterator[list[Named]]:
    """The kubelets of the workers use the NAT's address, which is the same on all machines."""
    for node in ("node1", "node2"):
        _use_address(world, node, NAT)
    evidence = f"InternalIP {NAT} on node1: enp0s3, node2: enp0s3"
    yield [Named("shared_address", ("node1", "node2"), (evidence,))]
    for node in ("node1", "node2"):
        _use_address(world, node, world.addresses[node])


def _use_address(world: World, node: str, address: str) -> None:
    """Give the kubelet of a node another address, and wait until it has reported it."""
    world.run(node, f"sed -i 's/--node-ip=[0-9.]*/--node-ip={address}/' {FLAGS}", "systemctl restart kubelet")
    wait_until(lambda: world.internal(node) == address, f"{node} does not report {address}")


@fault
def api_on_the_nat(world: World) -> Iterator[list[Named]]:
    """The API server advertises the NAT's address."""
    own = world.addresses["master"]
    _advertise(world, own, NAT)
    nics = "master: enp0s3, node1: enp0s3, node2: enp0s3"
    yield [
        Named(
            "api_server_on_nat", ("master",), (f"the Service default/kubernetes leads to {NAT}; NICs with it: {nics}",)
        )
    ]
    _advertise(world, NAT, own)


def _advertise(world: World, before: str, now: str) -> None:
    """Have the API server advertise another address, and wait until the Service leads to it alone."""
    manifest = "/etc/kubernetes/manifests/kube-apiserver.yaml"
    world.run("master", f"sed -i 's/--advertise-address={before}$/--advertise-address={now}/' {manifest}")
    command = (
        "get",
        "endpointslice",
        "kubernetes",
        "--namespace=default",
        "--output=jsonpath={.endpoints[*].addresses}",
    )
    wait_until(lambda: world.kubectl.run(*command).stdout == f'["{now}"]', f"the API is not at {now}", 120)


@fault
def swap(world: World) -> Iterator[list[Named]]:
    """node1 seems to have swap, which is the machine's: its kubelet is told so, and refuses to start."""
    config = "/var/lib/kubelet/config.yaml"
    lines = "Filename Type Size Used Priority\\n/swap.img file 2097148 0 -2\\n"
    state = "systemctl show kubelet --property=NRestarts --value"
    world.run("node1", f"printf '{lines}' > /root/swaps", "mount --bind /root/swaps /proc/swaps")
    world.run("node1", f"sed -i 's/^failSwapOn: false/failSwapOn: true/' {config}", "systemctl restart kubelet")
    wait_until(lambda: world.run("node1", state).strip() != "0", "the kubelet runs with swap")
    why = re.compile(r".*running with swap on is not supported.*")
    kubelet = re.compile(r"kubelet is activating \(auto-restart, result exit-code\), \d+ restarts?")
    yield [Named("swap", ("node1",), ("node1: /swap.img",)), Named("runtime_down", ("node1",), (kubelet, why))]
    world.run("node1", "umount /proc/swaps", f"sed -i 's/^failSwapOn: true/failSwapOn: false/' {config}")
    world.run("node1", "systemctl restart kubelet")


@fault
def full_disk(world: World) -> Iterator[list[Named]]:
    """The plugins of networks cannot write down the addresses that they give to pods on node1."""
    place = "/var/lib/cni"
    # `yes` fills the disk, and ends with an error when it is full.
    world.run("node1", f"mount -t tmpfs -o size=8k none {place}", f"yes > {place}/full || true")
    yield [Named("disk_full", ("node1",), (f"node1: {place}: 0 of 8 KiB are free",))]
    world.run("node1", f"umount {place}")


@fault
def dns_that_asks_itself(world: World) -> Iterator[list[Named]]:
    """CoreDNS gets a resolv.conf that leads to its own address."""
    pods = ("--namespace=kube-system", "--selector=k8s-app=kube-dns")
    for node in world.addresses:
        world.run(node, "cp /etc/resolv.conf /root/resolv.conf", "echo nameserver 127.0.0.1 > /etc/resolv.conf")
    world.kubectl.output("delete", "pod", *pods, "--grace-period=1")

    def ends() -> bool:
        """Whether all pods have ended twice and wait. A log that is not the first one has the last words."""
        found = [one["status"].get("containerStatuses") or [{}] for one in world.kubectl.items("pods", *pods)]
        waiting = [(one[0].get("state") or {}).get("waiting") or {} for one in found]
        return all(
            one[0].get("restartCount") and state.get("reason") == "CrashLoopBackOff"
            for one, state in zip(found, waiting, strict=True)
        )

    wait_until(ends, "CoreDNS runs")
    nodes = tuple(sorted({one["spec"]["nodeName"] for one in world.kubectl.items("pods", *pods)}))
    words = re.compile(r"kube-system/coredns-\S+/coredns on \S+ ended with: .*plugin/loop.*")
    crash = re.compile(r"kube-system/coredns-\S+: coredns: CrashLoopBackOff, .*it ended with 1: .*")
    loops = [f"{node}: /etc/resolv.conf has nameserver 127.0.0.1, which leads CoreDNS to itself" for node in nodes]
    yield [Named("system_pods", nodes, (words, words, crash, *loops))]
    for node in world.addresses:
        world.run(node, "cat /root/resolv.conf > /etc/resolv.conf")
    world.kubectl.output("delete", "pod", *pods, "--grace-period=1")
    world.kubectl.output("rollout", "status", "deployment/coredns", "--namespace=kube-system", "--timeout=120s")
