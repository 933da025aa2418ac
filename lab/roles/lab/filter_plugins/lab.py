# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters of the role lab: plain data in and out, no I/O."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

# Routes that a VPN or a plain machine has: they match any network and do not claim the lab's.
DEFAULT_ROUTES = {"default", "0.0.0.0/1", "128.0.0.0/1"}


def image_inputs(images: str, name: str) -> str:
    """Read from the output of `podman images --format json` the label `inputs` of an image, or "" without one."""
    for image in json.loads(images or "[]"):
        if name in (image.get("Names") or []):
            return str((image.get("Labels") or {}).get("inputs", ""))
    return ""


def foreign_routes(outputs: Iterable[str], interface: str) -> list[dict[str, Any]]:
    """List the routes of other interfaces than the lab's in outputs of `ip -json route`, without default routes."""
    routes = [route for output in outputs for route in json.loads(output or "[]")]
    return [
        route
        for route in routes
        if route.get("dev") not in (None, interface) and route.get("dst") not in DEFAULT_ROUTES
    ]


def routes(network: str, routers: Iterable[str], address: str, machine: str) -> dict[str, str | None]:
    """Give the gateway of each route that a node in a half of the node network needs; None: without a gateway.

    The machine of the lab stays in reach when the router is dead.

    Args:
        network: The whole network.
        routers: The router's addresses, one in each half; without any, there are no routes.
        address: The address of a node with the prefix length of its half.
        machine: The address of the lab's machine.
    """
    half = ipaddress.ip_interface(address).network
    gateways = [one for one in routers if ipaddress.ip_address(one) in half]
    return {network: gateways[0], f"{machine}/32": None} if gateways else {}


def stale_reason(
    found: Mapping[str, Any],
    node: str,
    inputs: str,
    release: object,
    network: str | None,
    files: Mapping[str, str],
    version: str | None = None,
) -> str:
    """Say why a node cannot stay, or "" when it can.

    Args:
        found: How a command ended on the node that prints the node's inputs, Debian's version ("13.1"), that of the
            package kubelet ("1.36.4-1.1", or nothing), and the files in /etc/cni/net.d.
        node: The node's name.
        inputs: The inputs that the node should have been started from.
        release: The release of Debian that the node should run.
        network: The pod network that the node may carry; None allows all of them.
        files: The file in /etc/cni/net.d by which a node shows a pod network, for each of them.
        version: The version of Kubernetes that the cluster will have. It counts where a network is asked for.
    """
    if found["rc"] != 0:
        return f"{node} is dead"
    lines: list[str] = [*found["stdout_lines"], "", "", ""]
    runs = lines[1].partition(".")[0]
    if runs != str(release):
        return f"{node} runs Debian {runs or 'of no known release'} instead of {release}"
    for carried, file in files.items() if network else ():
        if carried != network and file in lines[3:]:
            return f"{node} carries {carried} instead of {network}"
    kubelet = lines[2].partition("-")[0]
    if network and version and kubelet not in ("", version):
        return f"{node} has Kubernetes {kubelet} instead of {version}"
    return "" if lines[0] == inputs else f"{node} was started from other settings"


def further_images(
    images: Iterable[Mapping[str, Any]], components: Iterable[Mapping[str, str]], versions: Iterable[str]
) -> list[dict[str, Any]]:
    """List the images of further versions of Kubernetes: those of the first version with other programs and tags.

    Args:
        images: The images of the first version. `files` maps COMPONENT/PROGRAM to a path.
        components: What the further versions consist of. A component NAME-VERSION replaces the component NAME.
        versions: The wanted ones of these versions.
    """
    found = []
    for version in versions:
        others = {one["name"].rpartition("-")[0]: one for one in components if one["kubernetes"] == version}
        for image in images:
            own = {program.partition("/")[0] for program in image.get("files", {})}
            if len(own) == 1 and own <= set(others):
                other = others[own.pop()]
                found.append({**image, **_renamed(image, other["name"], other["version"])})
    return found


def _renamed(image: Mapping[str, Any], component: str, version: str) -> dict[str, Any]:
    """Name and files of an image with another version of its component. A tag keeps its `v`, and etcd's its `-0`."""
    name, _colon, tag = image["name"].rpartition(":")
    head, tail = ("v" if tag.startswith("v") else ""), ("-0" if tag.endswith("-0") else "")
    files = {f"{component}/{program.partition('/')[2]}": path for program, path in image["files"].items()}
    return {"name": f"{name}:{head}{version}{tail}", "files": files}


def accelerator(cpuinfo: str, device: bool) -> str:
    """Choose how QEMU runs a virtual machine: "kvm", or "tcg" for emulation.

    A machine can have /dev/kvm without the processor's own virtualisation, as with PVM. Such a KVM boots only kernels
    that were built for it, and not Debian's.

    Args:
        cpuinfo: The text of /proc/cpuinfo.
        device: Whether /dev/kvm is there.
    """
    flags = {flag for line in cpuinfo.splitlines() if line.startswith("flags") for flag in line.split()}
    return "kvm" if device and flags & {"vmx", "svm"} else "tcg"


def tsc_khz(cpuinfo: str) -> int:
    """Read the frequency of the time stamp counter in kHz. Linux shows twice its MHz as `bogomips`.

    Args:
        cpuinfo: The text of /proc/cpuinfo.
    """
    shown = [line.rpartition(":")[2] for line in cpuinfo.splitlines() if line.startswith("bogomips")]
    return round(float(shown[0]) * 1000 / 2)


class FilterModule:
    """Ansible looks for this class."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {
            "lab_accelerator": accelerator,
            "lab_image_inputs": image_inputs,
            "lab_foreign_routes": foreign_routes,
            "lab_further_images": further_images,
            "lab_routes": routes,
            "lab_stale_reason": stale_reason,
            "lab_tsc_khz": tsc_khz,
        }
