# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What programs and files of a node say: any text ends in a value or in an error of ours."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
from certificates import CA
from fuzzing import any_json, any_text, few, holds
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering import node as gathering
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.certificates import read_certificates
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.counters import read_counters
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.kubelet import (
    kubeconfig_parts,
    log_lines,
    read_environment_flags,
    read_settings,
    read_units,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.node_network import read_node_network
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.pulls import read_pulls
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.reader import Reader
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.rules import compact_rules
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.runtime import (
    read_configurations,
    read_containerd,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.sysctls import settings_in, sources
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.answers import (
    is_refused,
    is_unanswered,
    missing_objects,
    parse_join_command,
    read_endpoint,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.certificates import ca_pins, kubeconfig_ca_pins
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.etcd_members import (
    find_endpoints,
    parse_members,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.expiry import read_start
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.failures import NodeState, explain_failure
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.membership import read_node_ip, with_node_ip
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.kernel import find_differing
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.machine_files import (
    choose_resolv_conf,
    read_network_files,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.node_address import parse_interfaces
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.packages import (
    installed_packages,
    package_versions,
    read_distribution,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.packet_filter import chain_removal
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.pod_routes import explain_failure as of_ip
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.pod_routes import parse_routes
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.resolvers import find_resolver_fault, nameservers
from ansible_collections.podnet.kubernetes.plugins.module_utils._nodes.service_routes import (
    find_route_faults,
    read_routes,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.kube_proxy import is_settled
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.pod_namespaces import (
    addresses_of,
    parse_pod_uid,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._reset.bundles import read_bundle
from ansible_collections.podnet.kubernetes.plugins.module_utils._reset.kubernetes import kubernetes_patterns
from ansible_collections.podnet.kubernetes.plugins.module_utils._reset.network import network_name
from ansible_collections.podnet.kubernetes.plugins.module_utils._reset.port_maps import port_map_removal
from ansible_collections.podnet.kubernetes.plugins.module_utils._reset.traces import read_mount_points
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.kernel_counters import moved_counters
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.links import read_links, read_silent
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.routes import read_route
from ansible_collections.podnet.kubernetes.plugins.module_utils._trail.rule_counters import moved_rules

OUTPUTS = Path(__file__).parents[1] / "plugins" / "ip_address_show"
ADDRESSES = json.loads((OUTPUTS / "lab_calico.json").read_text())[:6]
ROUTES = [
    {"dst": "default", "gateway": "10.0.2.2", "dev": "enp0s3", "protocol": "static", "metric": 100, "flags": []},
    {"dst": "10.244.1.0/24", "gateway": "10.244.1.0", "dev": "flannel.1", "flags": ["onlink"], "protocol": 30},
    {"dst": "10.7.0.0/16", "table": "100", "nexthops": [{"gateway": "10.0.0.1", "dev": "a", "weight": 1}]},
    {"type": "blackhole", "dst": "10.9.0.0/26", "via": {"family": "inet6", "host": "fe80::1"}, "scope": "link"},
]
NEIGHBOURS = [{"dst": "10.244.1.0", "dev": "flannel.1", "lladdr": "02:00:00:00:00:01", "state": ["PERMANENT"]}]
FORWARDING = [{"mac": "02:00:00:00:00:01", "dst": "10.0.0.2", "ifname": "flannel.1", "flags": ["self"], "state": "x"}]
POLICY = [{"priority": 0, "src": "all", "table": "local"}, {"priority": 9, "src": "10.0.0.0", "table": "7"}]
RULESET = {
    "nftables": [
        {"metainfo": {"version": "1.1.3"}},
        {"chain": {"family": "inet", "table": "filter", "name": "forward", "hook": "forward", "policy": "drop"}},
        {"rule": {"family": "inet", "table": "filter", "chain": "forward", "expr": [{"accept": None}]}},
    ]
}
QUEUES = [{"kind": "fq_codel", "dev": "enp0s3", "drops": 4}]
SAVED = """# Generated by iptables-save v1.8.9 (nf_tables) on Sat Nov 28 10:00:00 2026
*nat
:POSTROUTING ACCEPT [7:588]
:KUBE-SVC-TCOU7JCQXEZGVUNU - [0:0]
:CNI-HOSTPORT-DNAT - [0:0]
[5:420] -A POSTROUTING -s 10.244.0.0/16 -m comment --comment "flanneld masq" -j MASQUERADE --random-fully
-A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \\"cbr0\\" id: \\"1\\"" -j CNI-DN-0123
-A KUBE-SVC-TCOU7JCQXEZGVUNU -j KUBE-SEP-YIL6JZP7A3QYXJU2
COMMIT
"""
NFT = (
    "table ip filter { # handle 1\n\tchain FORWARD { # handle 2\n\t\ttype filter hook forward priority filter; policy "
    "drop;\n\t\tip saddr 10.244.1.0/24 counter packets 9 bytes 84 drop # handle 4\n\t}\n}\n"
)
SNMP = "Ip: Forwarding InDiscards OutNoRoutes\nIp: 1 5 7\nTcp: InCsumErrors\nTcp: 3\nUdp: NoPorts\nUdp: 4\n"
DEV = "Inter-|   Receive\n face |bytes\n  eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n"
KUBELET = "cgroupDriver: systemd\nclusterDNS:\n- 10.96.0.10\nfailSwapOn: true\nresolvConf: /etc/resolv.conf\n"
FLAGS = 'KUBELET_KUBEADM_ARGS="--node-ip=10.0.0.1 --pod-cidr 10.1.0.0/24"\n'
CONTAINERD = (
    "[plugins.'io.containerd.cri.v1.runtime'.cni]\nbin_dirs = ['/opt/cni/bin']\nconf_dir = '/etc/cni/net.d'\n"
    "[plugins.x.runtimes.runc.options]\nSystemdCgroup = true\n"
)
CNI = {
    "name": "cbr0",
    "cniVersion": "1.0.0",
    "plugins": [
        {"type": "flannel", "delegate": {"hairpinMode": True, "bridge": "cni0", "mtu": 1450, "ipMasq": True}},
        {"type": "bridge", "bridge": "cni0", "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.1.0.0/24"}]]}},
        {"type": "portmap", "capabilities": {"portMappings": True}, "ipam": {"subnet": "10.1.0.0/24"}},
    ],
}
SYSCTLS = "# ours\nnet.ipv4.ip_forward = 1\n-net/ipv4/conf/eth0.5/rp_filter=2\nnet.ipv4.conf.*.rp_filter = 0\n"
UNITS = "Id=kubelet.service\nLoadState=loaded\nNRestarts=3\n\nId=containerd.service\nActiveState=active\n"
TIME = 'time="2023-11-14T22:13:20.123456789Z" level='
PULLS = (
    f'{TIME}error msg="PullImage \\"r.example/x:1\\" failed" error="failed to do request: no such host"\n'
    f'{TIME}error msg="RunPodSandbox failed" error="failed to get sandbox image \\"r.example/pause:3\\": no"\n'
    f'{TIME}info msg="PullImage \\"r.example/x:1\\" returns image reference \\"sha256:00\\""\n'
)
PULLED_EARLY = PULLS.replace("2023-11-14T22:13:20", "0001-01-01T00:00:00").replace('Z"', '+05:00"', 1)
JOURNAL = (
    'E1128 10:02:11.123456    1234 run.go:72] "command failed" err="no"\nF1128 10:02:11.1 1 x.go:1] end\n'
    'time="2026-11-28T10:00:00Z" level=error msg="RunPodSandbox failed"\n'
)
MEMBERS = {"members": [{"ID": "1", "name": "master", "peerURLs": ["https://10.0.0.1:2380"], "isLearner": True}]}
PODS = {
    "containers": [
        {"metadata": {"name": "etcd", "attempt": 2}, "state": "CONTAINER_RUNNING"},
        {"metadata": {"name": "kube-apiserver"}, "state": "CONTAINER_EXITED"},
    ]
}
BUNDLE = {
    "annotations": {"io.kubernetes.cri.sandbox-id": "0"},
    "linux": {"namespaces": [{"type": "network", "path": "/var/run/netns/cni-1"}]},
}
JOIN = "kubeadm join 10.0.0.1:6443 --token abcdef.0123456789abcdef --discovery-token-ca-cert-hash sha256:" + "0" * 64
KUBECONFIG = "    server: https://10.0.0.1:6443\n    certificate-authority-data: S0VZS0VZ\n    client-key-data: S0VZ\n"
STAT = "77 (etcd (x) y) S 1 77 77 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 9 0 12345 1 2 3"
CGROUPS = (
    "12:cpu:/kubepods/burstable/pod0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f/0123\n"
    "0::/kubepods.slice/kubepods-pod0a1b2c3d_0a1b_0a1b_0a1b_0a1b2c3d4e5f.slice/x\n"
)
METRICS = "".join(
    f'kubeproxy_sync_proxy_rules_last_{name}timestamp_seconds{{ip_family="IPv4"}} 1.796e+09\n'
    for name in ("queued_", "")
)
MOUNTS = "36 35 98:0 /mnt1 /var/lib/kubelet/a\\040b rw - ext3 /dev/root rw\n"
PACKAGES = "Package: kubeadm\nVersion: 1.36.3-1.1\n\nPackage: kubelet\nVersion: 1.36.10-1\n"
RESOLVER = "search x\nnameserver 127.0.0.53\nnameserver fe80::1%eth0\noptions edns0\n"
MANIFEST = "    - --data-dir=/var/lib/etcd\n    - --advertise-address=10.0.0.1\n"
FIB = "Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 10.244.0.5\n        /32 host LOCAL\n"
INET6 = "fd00000000000000000000000000000a 02 40 00 80 eth0\n"

# Parsers of one text, with texts that they know.
TEXTS = {
    "certificates": (read_certificates, any_text(CA)),
    "counters": (read_counters, any_text(SNMP)),
    "kubelet: kubeconfig": (kubeconfig_parts, any_text(KUBECONFIG)),
    "kubelet: log": (log_lines, any_text(JOURNAL)),
    "kubelet: flags": (read_environment_flags, any_text(FLAGS)),
    "kubelet: settings": (read_settings, any_text(KUBELET)),
    "units": (read_units, any_text(UNITS)),
    "pulls": (partial(read_pulls, clock=1_700_000_020.0), any_text(PULLS, PULLED_EARLY)),
    "rules": (compact_rules, any_text(SAVED)),
    "CNI configuration": (lambda text: read_configurations({"10-a.conflist": text}), any_json(CNI)),
    "containerd": (read_containerd, any_text(CONTAINERD)),
    "sysctls": (
        lambda text: sources(settings_in({"/etc/sysctl.d/a.conf": text}), "net.ipv4.ip_forward"),
        any_text(SYSCTLS),
    ),
    "kubectl: objects": (missing_objects, any_text("kube-system configmap/kubeadm-config\n")),
    "kubectl: configuration": (partial(missing_objects, ""), any_text("dns:\n  imageTag: x\n  disabled: true\n")),
    "kubectl: no answer": (
        is_unanswered,
        any_text("Error from server (Timeout): x", "Unable to connect: x"),
    ),
    "kubectl: refusal": (is_refused, any_text("x509: unknown authority", "(Unauthorized)")),
    "etcd: members": (parse_members, any_json(MEMBERS)),
    "etcd: manifest": (find_endpoints, any_text("--initial-cluster=a=https://10.0.0.1:2380,b=https://[fd00::2]:2380")),
    "kubeadm: endpoint": (read_endpoint, any_text("controlPlaneEndpoint: api.example.org:6443\n")),
    "kubeadm: join command": (parse_join_command, any_text(JOIN)),
    "CA": (ca_pins, any_text(CA)),
    "CA of a kubeconfig": (kubeconfig_ca_pins, any_text(KUBECONFIG)),
    "stat": (partial(read_start, boot=1.0, ticks=100), any_text(STAT)),
    "kubeadm: output": (partial(explain_failure, "kubeadm init"), any_text("[ERROR Port-6443]: in use\nerror: x\n")),
    "kubeadm: journals": (
        lambda text: explain_failure("x", "", NodeState(kubelet=text, containerd=text, logs=text.splitlines())),
        any_text(JOURNAL, "/var/log/pods/kube-system_etcd-n_0/etcd/12.log\n"),
    ),
    "kubeadm: containers": (
        lambda text: explain_failure("x", "", NodeState(containers=text, manifests=("etcd",))),
        any_json(PODS),
    ),
    "node IP": (read_node_ip, any_text(FLAGS)),
    "node IP, new": (partial(with_node_ip, addresses=["10.0.0.2"]), any_text(FLAGS)),
    "ip address": (partial(parse_interfaces, family="ipv4"), any_json(ADDRESSES)),
    "ip address, IPv6": (partial(parse_interfaces, family="ipv6"), any_json(ADDRESSES)),
    "os-release": (read_distribution, any_text('NAME="Debian GNU/Linux"\nVERSION_ID="13"\n')),
    "dpkg's status": (installed_packages, any_text(f"{PACKAGES}Status: hold ok installed\n")),
    "sysctl": (partial(find_differing, wanted={"net.ipv4.ip_forward": 1}), any_text("net.ipv4.ip_forward = 1\n")),
    "Packages": (partial(package_versions, name="kubeadm"), any_text(PACKAGES)),
    "iptables-save": (partial(chain_removal, prefix="KUBE-", comment="flanneld"), any_text(SAVED)),
    "ip -batch": (partial(of_ip, commands=["route add 10.0.0.0/8"]), any_text("Error: x.\nCommand failed -:1\n")),
    "ip route": (partial(parse_routes, family="ipv4"), any_json(ROUTES)),
    "ip route, IPv6": (partial(parse_routes, family="ipv6"), any_json(ROUTES)),
    "ip route, Services": (
        lambda text: find_route_faults(read_routes(text, "-4"), ["10.96.0.0/12"]),
        any_json(ROUTES),
    ),
    "resolv.conf": (lambda text: find_resolver_fault("/etc/resolv.conf", nameservers(text)), any_text(RESOLVER)),
    "kubelet: resolv.conf": (partial(choose_resolv_conf, Path("/nowhere"), ""), any_text(KUBELET)),
    "cgroups": (parse_pod_uid, any_text(CGROUPS)),
    "bundle of a container": (partial(read_bundle, "0"), any_json(BUNDLE)),
    "etcd's manifest": (kubernetes_patterns, any_text(MANIFEST)),
    "name of a network": (network_name, any_json(CNI)),
    "port maps": (partial(port_map_removal, network="cbr0"), any_text(SAVED)),
    "mounts": (read_mount_points, any_text(MOUNTS)),
    "snmp": (lambda text: moved_counters("a", {}, {"snmp": text, "netstat": text}), any_text(SNMP)),
    "snmp6": (lambda text: moved_counters("a", {}, {"snmp6": text}), any_text("Ip6InDiscards \t 5\n")),
    "dev": (lambda text: moved_counters("a", {}, {"dev": text}), any_text(DEV)),
    "tc": (lambda text: moved_counters("a", {}, {"qdisc": text}), any_json(QUEUES)),
    "metrics of kube-proxy": (lambda text: is_settled(text, 1.8e9), any_text(METRICS)),
    "trail: links": (read_links, any_json(ADDRESSES)),
    "trail: forwarding": (partial(read_links, "[]"), any_json(FORWARDING)),
    "trail: silent": (read_silent, any_json(NEIGHBOURS)),
    "trail: route": (read_route, any_json(ROUTES)),
    "trail: iptables": (lambda text: moved_rules({"iptables": SAVED}, {"iptables": text}), any_text(SAVED)),
    "trail: nft": (lambda text: moved_rules({"nft": NFT}, {"nft": text}), any_text(NFT)),
}


@pytest.mark.parametrize("name", TEXTS)
@few
@given(data=st.data())
def test_a_text(name, data):
    parse, texts = TEXTS[name]
    holds(parse, data.draw(texts))


OUTPUTS_OF_PROGRAMS = {
    "address": any_json(ADDRESSES),
    "route": any_json(ROUTES),
    "rule": any_json(POLICY),
    "neighbour": any_json(NEIGHBOURS),
    "fdb": any_json(FORWARDING),
    "ruleset": any_json(RULESET),
    "iptables-save": any_text(SAVED),
    "dump": any_text(CONTAINERD),
    "show": any_text(UNITS),
    "journalctl": any_text(PULLS, PULLED_EARLY, JOURNAL),
}
FILES = {
    "/etc/cni/net.d/10-a.conflist": any_json(CNI),
    "/proc/swaps": any_text("Filename Type Size Used Priority\n/swap.img file 1 0 -2\n"),
    "/etc/sysctl.d/99-x.conf": any_text(SYSCTLS),
    "/run/flannel/subnet.env": any_text("FLANNEL_NETWORK=10.244.0.0/16\nFLANNEL_MTU=1450\n"),
    "/etc/resolv.conf": any_text(RESOLVER),
    "/etc/kubernetes/kubelet.conf": any_text(KUBECONFIG),
    "/etc/kubernetes/pki/ca.crt": any_text(CA),
    "/etc/kubernetes/manifests/kube-apiserver.yaml": any_text(MANIFEST),
    "/var/lib/kubelet/config.yaml": any_text(KUBELET),
    "/var/lib/kubelet/kubeadm-flags.env": any_text(FLAGS),
    "/proc/net/snmp": any_text(SNMP),
    "/sys/class/net/flannel.1/mtu": any_text("1450"),
    "/var/log/pods/kube-system_etcd-n_0/etcd/2.log": any_text("2026-01-01T00:00:00Z stderr F fatal: x\n"),
}


class StrangeReader(Reader):
    """A node with these files, whose programs print these texts."""

    def __init__(self, root, printed):
        super().__init__(root)
        object.__setattr__(self, "printed", printed)

    def has(self, _program):
        return True

    def _run(self, command):
        return next((text for word, text in self.printed.items() if word in command), "[]"), None


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tmp_path_factory.mktemp("node")


@few
@given(files=st.fixed_dictionaries(FILES), printed=st.fixed_dictionaries(OUTPUTS_OF_PROGRAMS))
def test_what_is_gathered_on_a_node(files, printed, root):
    """Whatever files and programs say, all parts are read, and the result can be sent as JSON."""
    for path, text in files.items():
        place = root / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gathering, "knock", lambda doors: dict.fromkeys(map(str, doors), "open"))
        found = holds(gathering.gather, StrangeReader(root, printed))
    json.dumps(found)
    assert set(holds(read_node_network, StrangeReader(root, printed))) == {"links", "routes"}


@few
@given(text=any_json(CNI))
def test_the_bridges_in_a_configuration(text, root):
    place = root / "etc/cni/net.d/10-a.conflist"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, errors="replace")
    holds(read_network_files, root)


@few
@given(fib=any_text(FIB), inet6=any_text(INET6))
def test_the_addresses_of_a_namespace(fib, inet6, root):
    network = root / "proc/7/net"
    network.mkdir(parents=True, exist_ok=True)
    (network / "fib_trie").write_text(fib, errors="replace")
    (network / "if_inet6").write_text(inet6, errors="replace")
    holds(addresses_of, root / "proc", 7)
