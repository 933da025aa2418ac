#!/usr/bin/env bash
# What somebody who knows all steps types to make the lab's cluster with Flannel: the same packages, images, settings and waits as
# playbooks/flannel.yml up to the DNS, on all nodes at once over SSH, without Ansible and without its checks. Each phase prints a
# line "name seconds". cluster_up.py runs it; it needs the lab's nodes, bare or reset.
set -euo pipefail

version=1.36.4 mirror=http://10.100.198.2
master=10.100.198.200 workers=(10.100.198.201 10.100.198.202) nodes=("$master" "${workers[@]}")
declare -A name=([$master]=master [10.100.198.201]=node1 [10.100.198.202]=node2)
keys=${XDG_STATE_HOME:-$HOME/.local/state}/podnet.kubernetes/lab
shared=$(mktemp -d)

on() { # on NODE COMMAND…: one connection a node, which its commands share
    ssh -i "$keys/id_ed25519" -o UserKnownHostsFile="$keys/known_hosts" -o IdentitiesOnly=yes -o BatchMode=yes -o LogLevel=ERROR \
        -o ControlMaster=auto -o ControlPath="$shared/%h" -o ControlPersist=60 "root@$1" "${@:2}"
}
finish() {
    for node in "${nodes[@]}"; do
        on "$node" -O exit 2>/dev/null || true
    done
    rm -rf "$shared"
}
trap finish EXIT

began=$(date +%s.%N)
phase() { # phase NAME: say how long the phase took that ends here
    local now
    now=$(date +%s.%N)
    awk -v name="$1" -v from="$began" -v to="$now" 'BEGIN {printf "%s %.1f\n", name, to - from}'
    began=$now
}
everywhere() { # everywhere FUNCTION NODE…: run it for all nodes at once, and fail when one fails
    local jobs=() job node
    for node in "${@:2}"; do
        "$1" "$node" >"$shared/$node.log" 2>&1 &
        jobs+=($!)
    done
    for job in "${jobs[@]}"; do
        wait "$job" || { cat "$shared"/*.log >&2; return 1; }
    done
}

prepare() {
    on "$1" bash -s -- "$version" "$mirror" <<'END'
set -euo pipefail
version=$1 mirror=$2 repository=$2/core:/stable:/v${1%.*}/deb/
[ -d /sys/module/overlay ] || modprobe overlay
[ -d /proc/sys/net/bridge ] || modprobe br_netfilter
printf 'overlay\nbr_netfilter\n' >/etc/modules-load.d/kubernetes.conf
cat >/etc/sysctl.d/60-kubernetes.conf <<'FILE'
net.ipv4.ip_forward=1
net.bridge.bridge-nf-call-iptables=1
net.bridge.bridge-nf-call-ip6tables=1
FILE
sysctl --quiet --load=/etc/sysctl.d/60-kubernetes.conf
python3 -c 'import sys, urllib.request as r; sys.stdout.buffer.write(r.urlopen(sys.argv[1]).read())' "${repository}Release.key" \
    >/etc/apt/keyrings/kubernetes.asc
cat >/etc/apt/sources.list.d/kubernetes.sources <<FILE
Types: deb
URIs: $repository
Suites: /
Signed-By: /etc/apt/keyrings/kubernetes.asc
FILE
export DEBIAN_FRONTEND=noninteractive
apt-get --quiet=2 update
apt-get --quiet=2 install --yes --no-install-recommends --allow-change-held-packages -o Dpkg::Options::=--force-confold \
    containerd runc iptables ipset conntrack ethtool socat ca-certificates "kubeadm=$version-*" "kubelet=$version-*" "kubectl=$version-*"
apt-mark hold kubeadm kubelet kubectl
for registry in registry.k8s.io docker.io ghcr.io quay.io; do
    mkdir -p "/etc/containerd/certs.d/$registry"
    cat >"/etc/containerd/certs.d/$registry/hosts.toml" <<FILE
[host."$mirror:5000/v2/$registry"]
  capabilities = ["pull", "resolve"]
  override_path = true
FILE
done
cat >/etc/containerd/config.toml <<FILE
version = 2
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "$(kubeadm config images list --kubernetes-version "v$version" | grep /pause:)"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/opt/cni/bin"
    conf_dir = "/etc/cni/net.d"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "/etc/containerd/certs.d"
FILE
systemctl restart containerd
systemctl enable containerd kubelet
END
}

ignored=SystemVerification,Swap,NumCPU,Mem,FileContent--proc-sys-net-bridge-bridge-nf-call-iptables

init() {
    on "$1" "mkdir -p /etc/kubernetes && cat >/etc/kubernetes/kubeadm.yaml && kubeadm init --config=/etc/kubernetes/kubeadm.yaml --ignore-preflight-errors=$ignored" <<END
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint: {advertiseAddress: $1}
nodeRegistration: {name: ${name[$1]}, kubeletExtraArgs: [{name: node-ip, value: $1}]}
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v$version
networking: {podSubnet: 10.244.0.0/16, serviceSubnet: 10.96.0.0/16}
---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
cgroupDriver: cgroupfs
failSwapOn: false
failCgroupV1: false
cgroupRoot: /kubelet
featureGates: {KubeletInUserNamespace: true}
evictionHard: {imagefs.available: 0%, imagefs.inodesFree: 0%, memory.available: 0%, nodefs.available: 0%, nodefs.inodesFree: 0%}
imageGCHighThresholdPercent: 100
---
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: iptables
conntrack: {maxPerCore: 0, min: 0}
END
}

join() {
    on "$1" "kubeadm join --config=/dev/stdin --ignore-preflight-errors=$ignored" <<END
apiVersion: kubeadm.k8s.io/v1beta4
kind: JoinConfiguration
discovery: {bootstrapToken: {apiServerEndpoint: "$endpoint", token: $token, caCertHashes: ["$hash"]}}
nodeRegistration: {name: ${name[$1]}, kubeletExtraArgs: [{name: node-ip, value: $1}]}
END
    on "$1" "until kubectl --kubeconfig=/etc/kubernetes/kubelet.conf get node ${name[$1]}; do sleep 0.5; done"
}

network() {
    on "$1" bash -s -- "$mirror" <<'END'
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
python3 -c 'import sys, urllib.request as r; sys.stdout.buffer.write(r.urlopen(sys.argv[1]).read())' \
    "$1/flannel-io/flannel/v0.28.10/Documentation/kube-flannel.yml" | sed -e 's/^\( *\)- --kube-subnet-mgr$/&\n\1- --iface=enp0s8/' \
    -e '/readinessProbe:/,/periodSeconds:/{s/initialDelaySeconds: 5/initialDelaySeconds: 1/;s/periodSeconds: 10/periodSeconds: 2/}' | kubectl apply -f -
kubectl rollout status --timeout=300s -n kube-flannel daemonset/kube-flannel-ds
kubectl wait --timeout=300s --for=condition=Ready nodes --all
kubectl rollout status --timeout=300s -n kube-system deployment/coredns
END
}

everywhere prepare "${nodes[@]}"
phase packages
everywhere init "$master"
phase init
read -r _kubeadm _join endpoint _token token _pin hash <<<"$(on "$master" kubeadm token create --ttl=10m --print-join-command)"
everywhere join "${workers[@]}"
phase joins
everywhere network "$master"
phase network
