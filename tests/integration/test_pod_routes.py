"""pod_routes sets the right routes, and podnet-routes.py keeps them and the rules.

On a namespace that stands in for a node, whose NIC enp0s8 leads into another one.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root")

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "roles" / "basic_cni" / "files" / "podnet-routes.py"
NODE, SWITCH = "test-routes-node", "test-routes-switch"
BOUND = 10  # seconds that something may take that is to happen
QUIET = 1.5  # seconds until a test takes something for not happening: several times the time of podnet-routes.py

# Reads the options, runs the module, and tells on standard error how long that took without the start of Python.
MODULE = """
import json, sys, time
from ansible.module_utils.testing import patch_module_args
from ansible_collections.podnet.kubernetes.plugins.modules import pod_routes
with patch_module_args(json.load(sys.stdin)):
    start = time.monotonic()
    try:
        pod_routes.main()
    finally:
        print(time.monotonic() - start, file=sys.stderr)
"""

FOUR = {"10.22.2.0/24": "10.99.0.2"}
SIX = {"fd00:22:2::/64": "fd00:99::2"}
ROUTES = {**FOUR, **SIX}
SHOWN = [f"{subnet} via {gateway}" for subnet, gateway in ROUTES.items()]
FOREIGN = ["10.77.0.0/16 via 10.99.0.7", "fd00:77::/64 via fd00:99::7"]


def inside(*command: str, data: str = "") -> str:
    """Run a command on the node and return its output."""
    whole = ["ip", "netns", "exec", NODE, *command]
    return subprocess.run(whole, input=data, text=True, check=True, stdout=subprocess.PIPE).stdout


def ip(*lines: str) -> None:
    """Run these commands of ip(8) on the node."""
    inside("ip", "-batch", "-", data="".join(f"{line}\n" for line in lines))


def routes(protocol: str = "140") -> list[str]:
    """Read the routes of a protocol on the node, as destination and gateway."""
    shown = [
        json.loads(inside("ip", family, "-N", "-json", "route", "show", "table", "main")) for family in ("-4", "-6")
    ]
    found = [one for some in shown for one in some if one.get("protocol", "3") == protocol]
    return [f"{one['dst']} via {one.get('gateway')}" for one in found]


def until(condition, seconds: float = BOUND) -> bool:
    """Return whether the condition came true in this time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def remove() -> None:
    """Remove the namespaces, also those that a killed run left."""
    for name in (NODE, SWITCH):
        if Path("/run/netns", name).exists():
            subprocess.run(["ip", "netns", "delete", name], check=True)


@pytest.fixture(autouse=True)
def node():
    """The node, with two foreign routes."""
    remove()
    for name in (NODE, SWITCH):
        subprocess.run(["ip", "netns", "add", name], check=True)
    link = f"link add enp0s8 netns {NODE} type veth peer name port netns {SWITCH}"
    subprocess.run(["ip", *link.split()], check=True)
    subprocess.run(["ip", "-n", SWITCH, "link", "set", "port", "up"], check=True)
    # What a network manager does for IPv6: the address is there again when the link is up, and at once.
    settings = [
        f"net.ipv6.conf.{one}.{key}" for one in ("all", "enp0s8") for key in ("keep_addr_on_down=1", "accept_dad=0")
    ]
    inside("sysctl", "-qw", *settings)
    ip(
        "link set lo up",
        "link set enp0s8 up",
        "address add 10.99.0.1/24 dev enp0s8",
        "address add fd00:99::1/64 dev enp0s8",
        *(f"route add {one} proto static" for one in FOREIGN),
    )
    assert until(lambda: "UP" in inside("ip", "-brief", "link", "show", "enp0s8"))
    yield
    remove()


@pytest.fixture
def directory(tmp_path):
    """The directory that stands in for /etc/podnet.kubernetes."""
    return tmp_path / "podnet.kubernetes"


@pytest.fixture
def module(directory):
    """A function that runs the module on the node and returns its result."""

    def run(wanted, **options):
        options = {"routes": wanted, "device": "enp0s8", "path": str(directory / "routes"), **options}
        done = subprocess.run(
            ["ip", "netns", "exec", NODE, sys.executable, "-c", MODULE],
            input=json.dumps(options),
            env={**os.environ, "PYTHONPATH": str(ROOT / ".collections")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout, done.stderr
        result = json.loads(done.stdout)
        assert bool(done.returncode) == result.get("failed", False)
        return {**result, "seconds": float(done.stderr.split()[-1])}

    return run


@pytest.fixture
def watcher(directory, tmp_path):
    """Something that runs podnet-routes.py on the node for a while, and yields the file with its output."""
    log = tmp_path / "log"

    @contextmanager
    def run():
        with log.open("w") as output:
            command = ["ip", "netns", "exec", NODE, sys.executable, "-I", str(SCRIPT), str(directory)]
            process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
            try:
                yield log
                assert process.poll() is None, log.read_text()
            finally:
                process.terminate()
                code = process.wait(timeout=BOUND)
        assert code == -signal.SIGTERM, log.read_text()

    return run


def test_missing_routes_are_added_and_stale_ones_deleted(module):
    ip("route add 10.22.9.0/24 via 10.99.0.9 proto 140", "route add fd00:22:9::/64 via fd00:99::9 proto 140")
    checked = module(ROUTES, _ansible_check_mode=True, _ansible_diff=True)
    assert routes() == ["10.22.9.0/24 via 10.99.0.9", "fd00:22:9::/64 via fd00:99::9"]
    result = module(ROUTES, _ansible_diff=True)
    assert routes() == SHOWN
    assert routes("4") == FOREIGN
    assert result["changed"] is checked["changed"] is True
    assert result["diff"] == checked["diff"]
    assert module(ROUTES)["changed"] is False
    assert module(ROUTES, _ansible_check_mode=True)["changed"] is False


def test_an_empty_dict_removes_own_routes_only(module, directory):
    module(ROUTES)
    assert module({}, device=None)["changed"] is True
    assert routes() == []
    assert routes("4") == FOREIGN
    assert list(directory.iterdir()) == []
    assert module({})["changed"] is False


@pytest.mark.parametrize(
    "present",
    [
        ["blackhole 10.22.2.0/24", "blackhole fd00:22:2::/64"],
        [f"{one} metric 50" for one in SHOWN],
        [f"{SHOWN[0]} tos 0x10", f"{SHOWN[1]} mtu 1400"],
        ["10.22.2.0/24 dev enp0s8", "fd00:22:2::/64 dev enp0s8"],
        [f"{subnet} nexthop via {gateway} nexthop via {gateway[:-1]}3" for subnet, gateway in ROUTES.items()],
        ["10.22.2.0/24 via 10.99.0.9", f"{SHOWN[0]} dev enp0s8 onlink"],
    ],
    ids=["black hole", "metric", "details", "no gateway", "several gateways", "rivals"],
)
def test_own_routes_of_another_kind_are_set_right_in_one_run(module, present):
    ip(*(re.sub(r"(/\d+)", r"\1 proto 140", f"route append {one}") for one in present))
    assert module(ROUTES)["changed"] is True
    assert routes() == SHOWN
    assert module(ROUTES)["changed"] is False


def test_another_gateway_is_set_without_a_moment_in_which_there_is_no_route(module, tmp_path):
    module({"10.22.2.0/24": "10.99.0.9", "fd00:22:2::/64": "fd00:99::9"})
    log = tmp_path / "monitor"
    with log.open("w") as output:
        command = ["ip", "netns", "exec", NODE, "ip", "-oneline", "monitor", "route"]
        monitor = subprocess.Popen(command, stdout=output)
        try:
            marks = iter(range(1, 1000))

            def started():
                ip(f"route add 10.78.{next(marks)}.0/24 via 10.99.0.7")
                return "10.78." in log.read_text()

            assert until(started)
            module(ROUTES)
            ip("route delete 10.78.1.0/24")
            assert until(lambda: "Deleted 10.78.1.0/24" in log.read_text())
        finally:
            monitor.kill()
            monitor.wait()
    seen = log.read_text()
    assert routes() == SHOWN
    assert all(one in seen for one in SHOWN), seen
    assert "Deleted 10.22.2.0/24" not in seen and "Deleted fd00:22:2::/64" not in seen, seen


@pytest.mark.parametrize(
    ("rival", "shown"),
    [
        ("10.22.2.0/24 via 10.99.0.7 proto static", "10.22.2.0/24 via 10.99.0.7 dev enp0s8 (protocol 4 (static))"),
        ("fd00:22:2::/64 via fd00:99::7 metric 50", "fd00:22:2::/64 via fd00:99::7 dev enp0s8 metric 50 (protocol 3 "),
    ],
)
def test_a_foreign_route_to_the_same_destination_is_an_error_and_changes_nothing(module, directory, rival, shown):
    ip(f"route add {rival}")
    assert shown in module(ROUTES)["msg"]
    assert routes() == []
    assert not directory.exists()


def test_a_gateway_that_is_not_on_the_nics_network_is_an_error(module):
    result = module({"10.22.2.0/24": "10.98.0.2"})
    assert "gateway 10.98.0.2 of 10.22.2.0/24 is on no network of enp0s8 (10.99.0.0/24, fd00:99::/64)" in result["msg"]


def test_a_thousand_routes_are_set_in_half_a_second(module, record_property):
    many = {f"10.{one // 256 + 30}.{one % 256}.0/24": "10.99.0.2" for one in range(1000)}
    moved = dict.fromkeys(many, "10.99.0.3")
    seconds = {name: module(some)["seconds"] for name, some in {"add": many, "replace": moved, "delete": {}}.items()}
    record_property("seconds", seconds)
    print(seconds)
    # 0.1 s each on a machine that does nothing else.
    assert max(seconds.values()) < 1.5


def cut_link():
    """Take the NIC down and up, and return the routes that remain while it is down."""
    connected = routes("2")
    ip("link set enp0s8 down")
    lost = routes()
    ip("link set enp0s8 up")
    assert until(lambda: sorted(routes("2")) == sorted(connected))
    return lost


def flush():
    """Delete the own routes, as systemd-networkd does at its start, and return the remaining ones."""
    for family in ("-4", "-6"):
        inside("ip", family, "route", "flush", "proto", "140")
    return routes()


def move_addresses():
    """Remove the addresses and add them again, as a network manager does. Return the routes that remain in between."""
    had = addresses()
    ip(*(f"address delete {one} dev enp0s8" for one in had))
    lost = flush()
    ip(*(f"address add {one} dev enp0s8" for one in had))
    return lost


def addresses():
    """Return the NIC's addresses."""
    (link,) = json.loads(inside("ip", "-json", "address", "show", "dev", "enp0s8"))
    return [f"{one['local']}/{one['prefixlen']}" for one in link["addr_info"] if one["scope"] == "global"]


TROUBLES = pytest.mark.parametrize("trouble", [cut_link, flush, move_addresses], ids=lambda one: one.__name__)


@pytest.fixture(params=["ipv4", "ipv6", "both"])
def wanted(request):
    """Routes, on a node without the other family: its events tell nothing then."""
    if request.param == "ipv4":
        inside("sysctl", "-qw", "net.ipv6.conf.enp0s8.disable_ipv6=1")
        return FOUR
    if request.param == "ipv6":
        ip("address delete 10.99.0.1/24 dev enp0s8")
        return SIX
    return ROUTES


@TROUBLES
def test_lost_routes_come_back(module, watcher, wanted, trouble):
    module(wanted)
    before = routes()
    with watcher() as log:
        # It is at work once it has set something.
        flush()
        assert until(lambda: routes() == before), log.read_text()
        trouble()
        assert until(lambda: routes() == before), log.read_text()


@TROUBLES
def test_without_the_watcher_lost_routes_stay_away(module, trouble):
    module(ROUTES)
    assert trouble() == []
    assert not until(routes, QUIET)


def test_an_address_ends_the_wait_between_tries(module, watcher, wanted):
    module(wanted)
    before, had = routes(), addresses()
    ip(*(f"address delete {one} dev enp0s8" for one in had))
    flush()
    with watcher() as log:
        # The next try is four seconds away.
        assert until(lambda: log.read_text().count("failed") == 3), log.read_text()
        ip(*(f"address add {one} dev enp0s8" for one in had))
        assert until(lambda: routes() == before, 3), log.read_text()


def test_routes_are_set_at_the_start_as_after_a_reboot(module, watcher):
    module(ROUTES)
    flush()
    with watcher() as log:
        assert until(lambda: routes() == SHOWN), log.read_text()


def test_a_link_that_is_up_later_than_the_watcher(module, watcher):
    module(ROUTES)
    ip("link set enp0s8 down")
    with watcher() as log:
        assert until(lambda: "failed" in log.read_text())
        ip("link set enp0s8 up")
        assert until(lambda: routes() == SHOWN), log.read_text()


def test_foreign_routes_are_never_touched(module, watcher):
    module(ROUTES)
    flush()
    rivals = ["10.22.2.0/24 via 10.99.0.7", "fd00:22:2::/64 via fd00:99::7"]
    ip(*(f"route add {one} proto static" for one in rivals))
    with watcher() as log:
        assert until(lambda: log.read_text().count("File exists") >= 2), log.read_text()
        assert sorted(routes("4")) == sorted(FOREIGN + rivals)
        assert routes() == []
        ip(*(f"route delete {one}" for one in rivals))
        assert until(lambda: routes() == SHOWN), log.read_text()
    assert routes("4") == FOREIGN


def test_one_route_that_can_not_be_set_neither_stops_the_others_nor_keeps_the_watcher_busy(module, watcher, directory):
    module(ROUTES)
    file = directory / "routes"
    file.write_text("route add 10.22.5.0/24 via 10.98.0.2 dev enp0s8 proto 140\n" + file.read_text())
    flush()
    start = time.monotonic()
    with watcher() as log:
        assert until(lambda: routes() == SHOWN), log.read_text()
        assert until(lambda: log.read_text().count("failed") == 3), log.read_text()
    # Tries are one and then two seconds apart.
    assert time.monotonic() - start > 3


def test_what_the_module_deletes_is_not_set_again(module, watcher):
    module(ROUTES)
    with watcher() as log:
        flush()
        assert until(lambda: routes() == SHOWN), log.read_text()
        module(FOUR)
        assert not until(lambda: routes() != SHOWN[:1], QUIET), log.read_text()


RULES = """\
*filter
:PODNET-FORWARD - [0:0]
-A PODNET-FORWARD -s {0} -j ACCEPT
-A PODNET-FORWARD -d {0} -j ACCEPT
-I FORWARD -j PODNET-FORWARD
COMMIT
*nat
:PODNET-MASQ - [0:0]
-A PODNET-MASQ -s {0} ! -d {0} -j MASQUERADE
-A POSTROUTING -j PODNET-MASQ
COMMIT
"""
OWN_RULES = """\
-A FORWARD -j PODNET-FORWARD
-A PODNET-FORWARD -s {0} -j ACCEPT
-A PODNET-FORWARD -d {0} -j ACCEPT
-A POSTROUTING -j PODNET-MASQ
-A PODNET-MASQ -s {0} ! -d {0} -j MASQUERADE
"""
FOREIGN_RULE = "FORWARD -s 192.0.2.0/24 -j ACCEPT"


def rules(program: str = "iptables") -> list[str]:
    """Return the rules on the node."""
    return [line for line in inside(f"{program}-save").splitlines() if line.startswith("-A ")]


def own_rules(network: str, *foreign: str) -> list[str]:
    """Return all rules that there should be, in the order of iptables-save."""
    first, *rest = OWN_RULES.format(network).splitlines()
    return [first, *foreign, *rest]


@pytest.mark.skipif(not shutil.which("iptables-restore"), reason="needs iptables")
def test_rules_are_set_and_set_again(module, watcher, directory):
    module(ROUTES)
    (directory / "rules4").write_text(RULES.format("10.22.0.0/16"))
    (directory / "rules6").write_text(RULES.format("fd00:22::/48"))
    inside("iptables", "-A", *FOREIGN_RULE.split())
    expected = own_rules("10.22.0.0/16", f"-A {FOREIGN_RULE}")
    with watcher() as log:
        assert until(lambda: rules() == expected), (rules(), log.read_text())
        assert until(lambda: rules("ip6tables") == own_rules("fd00:22::/48")), log.read_text()
        for damage in (
            ["-D", "FORWARD", "-j", "PODNET-FORWARD"],
            ["-F", "PODNET-FORWARD"],
            ["-A", "PODNET-FORWARD", "-j", "DROP"],
            ["-t", "nat", "-F"],
        ):
            inside("iptables", *damage)
            flush()
            assert until(lambda: rules() == expected), (damage, rules(), log.read_text())
            assert until(lambda: routes() == SHOWN), log.read_text()
        # Right rules stay, with their counters, and with each jump once.
        before = log.read_text().count("rules4")
        flush()
        assert until(lambda: routes() == SHOWN), log.read_text()
        assert log.read_text().count("rules4") == before


@pytest.mark.skipif(not shutil.which("iptables-restore"), reason="needs iptables")
def test_without_the_watcher_rules_stay_away(module, watcher, directory):
    module(ROUTES)
    (directory / "rules4").write_text(RULES.format("10.22.0.0/16"))
    with watcher() as log:
        assert until(lambda: rules() == own_rules("10.22.0.0/16")), log.read_text()
    inside("iptables", "-F", "PODNET-FORWARD")
    flush()
    assert not until(lambda: rules() == own_rules("10.22.0.0/16"), QUIET)
