# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kinds of values: a check says what would be right where a value is wrong. No I/O, no Ansible."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.networks import parse_network
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.texts import show

# It takes a value of the right type, and returns the end of a sentence about it. None: the value is right.
Check = Callable[[Any], "str | None"]

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_LONGEST_LABEL = 63  # RFC 1123
_LONGEST_SUBDOMAIN = 253
# A value is text for files, arguments and JSON. None of them wants control characters.
_NO_LINE = r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]"


def text(pattern: str, right: str, longest: int = 4096) -> Check:
    """Make the check of a text that matches the whole pattern."""
    compiled = re.compile(pattern)
    return lambda value: None if len(str(value)) <= longest and compiled.fullmatch(str(value)) else f"give {right}"


def number(least: float, most: float, unit: str = "") -> Check:
    """Make the check of a number. A text may hold it, as the command line gives it."""
    right = f"give a number from {least} to {most}{unit and ' '}{unit}"
    return lambda value: None if least <= (value if isinstance(value, int) else float(value)) <= most else right


def each(check: Check) -> Check:
    """Make the check of a list, all of whose items are right. The sentence names the first wrong one."""

    def find(values: Any) -> str | None:
        faults = ((one, check(one)) for one in values)
        return next((f"{display(one)} is wrong: {fault}" for one, fault in faults if fault), None)

    return find


def pairs(key: Check, value: Check) -> Check:
    """Make the check of a dict. The sentence names the first wrong key or value."""

    def find(values: Any) -> str | None:
        for name, one in values.items():
            fault = key(name)
            if fault:
                return f"the key {display(name)} is wrong: {fault}"
            fault = value(one)
            if fault:
                return f"{name} has {display(one)}: {fault}"
        return None

    return find


def either(right: str, *checks: Check) -> Check:
    """Make the check of a value that one of several checks finds right."""
    return lambda value: None if any(check(value) is None for check in checks) else f"give {right}"


def anything(_value: Any) -> str | None:
    """Find every value right."""
    return None


def network(value: Any) -> str | None:
    """Check one network in CIDR form."""
    try:
        parse_network(str(value))  # an item of a list of texts may be a number
    except InputError as error:
        return f"it {error}"
    return None


def networks(value: Any) -> str | None:
    """Check a network, or an IPv4 and an IPv6 network with a comma between."""
    parts = [part.strip() for part in value.split(",")]
    for part in parts:
        fault = network(part)
        if fault:
            return fault if len(parts) == 1 else f"{display(part)} is wrong: {fault}"
    versions = [parse_network(part).version for part in parts]
    if len(set(versions)) < len(versions):
        return "give one network, or an IPv4 and an IPv6 network with a comma between"
    return None


def prefixes(value: Any) -> str | None:
    """Check the prefix length of a node's IPv4 subnet, perhaps with that of its IPv6 subnet after a comma.

    The longest ones leave two addresses beside those of the network and of its broadcasts. The controller manager reads
    a number with a zero before it as an octal one.
    """
    parts = [part.strip() for part in value.split(",")]
    limits = (30, 126)
    if len(parts) > len(limits) or not all(
        re.fullmatch("[1-9][0-9]{0,2}", part) and int(part) <= most for part, most in zip(parts, limits)
    ):
        return "give a prefix length from 1 to 30, such as 25, or one of IPv4 and one of IPv6, such as 25,72"
    return None


def address(value: Any) -> str | None:
    """Check an address of IPv4 or IPv6."""
    try:
        ipaddress.ip_address(str(value))
    except ValueError:
        return "give an address, such as 203.0.113.1"
    return None


def expression(value: Any) -> str | None:
    """Check the name of a NIC, or a regular expression for it."""
    if not re.fullmatch(_NO_LINE + "{1,200}", value):
        return "give the name of a NIC, such as enp0s8, or a regular expression for its whole name"
    try:
        re.compile(value)
    except re.error as error:
        return f"it is no regular expression ({error}): give the name of a NIC, such as enp0s8"
    return None


def display(value: Any, longest: int = 100) -> str:
    """Show a value on one line, its middle left out when it is long."""
    shown = show(value) if isinstance(value, str) else "null" if value is None else repr(value)
    return shown if len(shown) <= longest else f"{shown[: longest - 30]}… ({len(shown)} characters)"


def is_mapping(value: Any) -> str | None:
    """Check that a value is a dict."""
    return None if isinstance(value, Mapping) else "give a dict"


line = text(_NO_LINE + "+", "a text of one line")
path = text(_NO_LINE + "+", "a path of one line")
absolute_path = text(r"/" + _NO_LINE + "+", "an absolute path, such as /opt/cni/bin")
label = text(_LABEL, f"at most {_LONGEST_LABEL} lower-case letters, digits and hyphens (RFC 1123)", _LONGEST_LABEL)
label_key = text(
    rf"({_LABEL}([.]{_LABEL})*/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?",
    "the key of a label, such as topology.kubernetes.io/zone",
    _LONGEST_SUBDOMAIN + 1 + _LONGEST_LABEL,
)
service_name = text(
    r"[a-z]([-a-z0-9]*[a-z0-9])?",
    f"at most {_LONGEST_LABEL} lower-case letters, digits and hyphens, a letter first (RFC 1035)",
    _LONGEST_LABEL,
)
domain = text(rf"{_LABEL}([.]{_LABEL})*", "a domain in lower case, such as cluster.local", _LONGEST_SUBDOMAIN)
service = text(rf"{_LABEL}/{_LABEL}", "NAMESPACE/NAME, such as default/kubernetes")
image = text(r"[A-Za-z0-9][A-Za-z0-9._:/@-]*", "the name of an image, such as docker.io/library/nginx:1.26", 512)
registry = text(
    r"[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?(/[a-z0-9][a-z0-9._/-]*)?",
    "a registry, with a path if need be and without https://, such as mirror.example.org:5000/k8s",
    512,
)
url = text(r"(https?|ftp|file)://[^\s\x00-\x20\x7f]+", "a URL, such as https://mirror.example.org/k8s")
checksum = text(
    r"sha256:[0-9A-Fa-f]{64}|(md5|sha1|sha224|sha384|sha512):[0-9A-Fa-f]{32,128}|[a-z0-9]+:(https?|ftp|file)://[^\s]+",
    "algorithm and hash, sha256: and 64 hexadecimal digits",
)
report_name = text(
    r"[A-Za-z0-9][A-Za-z0-9._-]*", "letters, digits, dots, hyphens and underscores, a letter or digit first", 200
)
nic_name = text(
    r"[A-Za-z][A-Za-z0-9_.-]*", "the name of a NIC, at most 15 letters, digits, _, . and -, a letter first", 15
)
group = text(r"[^\s:,!&*?\[\]{}\x00-\x20]+", "the name of a group of the inventory, such as workers", 200)
duration = text(r"0|([0-9]+([.][0-9]+)?(h|ms|m|s|us|ns))+", "a duration in Go's notation, such as 10m or 1h30m", 64)
kernel_module = text(r"[A-Za-z0-9][A-Za-z0-9_-]*", "the name of a kernel module, such as br_netfilter", 64)
kernel_parameter = text(
    r"[A-Za-z0-9_][A-Za-z0-9_./*:-]*", "the name of a kernel parameter, such as net.ipv4.ip_forward", 256
)
preflight_check = text(r"[A-Za-z0-9][A-Za-z0-9._-]*", "names of kubeadm's preflight checks, such as Swap", 200)
host = text(
    r"(_default|[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?)",
    "a registry, such as registry.k8s.io or registry.example.org:5000",
    255,
)
endpoint = text(
    r"([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?",
    "an address or a name, with a port if need be, such as api.example.org:6443 or [fd00::1]:6443",
    260,
)
environment_name = text(
    r"[A-Za-z_][A-Za-z0-9_]*", "the name of an environment variable, such as FELIX_LOGSEVERITYSCREEN", 256
)


__all__ = ["Check", "address", "display", "number", "prefixes"]
