# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.kubeconfig import (
    Choice,
    KeptMark,
    ca_of,
    certificates_of,
    choose,
    digest,
    from_afar,
    is_own,
    read_api,
    through,
    with_absolute_paths,
    without_proxy,
)


def kubeconfig(server="https://10.0.0.1:6443", user=None, **cluster):
    """A kubeconfig with a second cluster, which must never be taken."""
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "admin@shop",
        "contexts": [
            {"name": "other", "context": {"cluster": "other", "user": "other"}},
            {"name": "admin@shop", "context": {"cluster": "shop", "user": "admin"}},
        ],
        "clusters": [
            {"name": "other", "cluster": {"server": "https://192.0.2.1:6443"}},
            {"name": "shop", "cluster": {"server": server, "certificate-authority-data": "Q0E=", **cluster}},
        ],
        "users": [
            {"name": "other", "user": {"token": "other"}},
            {"name": "admin", "user": user or {"client-certificate-data": "Yw==", "client-key-data": "aw=="}},
        ],
    }


def server_of(config):
    return next(one["cluster"] for one in config["clusters"] if one["name"] == "shop")


@pytest.mark.parametrize(
    ("server", "scheme", "host", "port"),
    [
        ("https://10.0.0.1:6443", "https", "10.0.0.1", 6443),
        ("https://api.example.org", "https", "api.example.org", 443),
        ("http://127.0.0.1:8001/", "http", "127.0.0.1", 8001),
        ("https://[fd00::1]:6443", "https", "fd00::1", 6443),
        ("https://rancher.example.org/k8s/clusters/c-1", "https", "rancher.example.org", 443),
    ],
)
def test_the_api_of_a_kubeconfig(server, scheme, host, port):
    api = read_api(kubeconfig(server), "a.conf")
    assert (api.scheme, api.host, api.port, api.url, api.tls_server_name) == (scheme, host, port, server, host)
    assert api.proxy is None
    api = read_api(kubeconfig(server, **{"proxy-url": "http://proxy", "tls-server-name": "api"}), "a.conf")
    assert (api.proxy, api.tls_server_name) == ("http://proxy", "api")


@pytest.mark.parametrize("server", [None, "", 5, "10.0.0.1:6443", "ftp://10.0.0.1", "https://10.0.0.1:x", "https://"])
def test_a_wrong_server_is_named(server):
    with pytest.raises(InputError, match=r"^kubeconfig a.conf: the server is .*: give the URL of the API, like https:"):
        read_api(kubeconfig(server), "a.conf")


@pytest.mark.parametrize(
    ("config", "missing"),
    [
        (None, "names no current-context"),
        ("text", "names no current-context"),
        ([], "names no current-context"),
        ({}, "names no current-context"),
        ({**kubeconfig(), "current-context": "none"}, "has no context 'none'"),
        ({**kubeconfig(), "contexts": "text"}, "has no context 'admin@shop'"),
        ({**kubeconfig(), "contexts": [None, {"name": "admin@shop"}]}, "has no context 'admin@shop'"),
        ({**kubeconfig(), "clusters": []}, "has no cluster 'shop'"),
    ],
)
def test_a_part_of_a_kubeconfig_is_named(config, missing):
    with pytest.raises(InputError, match=rf"^kubeconfig a.conf: it {missing}: give a whole kubeconfig"):
        read_api(config, "a.conf")


@pytest.mark.parametrize(
    ("server", "url", "name"),
    [
        ("https://10.0.0.1:6443", "https://127.0.0.1:1234", "10.0.0.1"),
        ("https://[fd00::1]:6443", "https://127.0.0.1:1234", "fd00::1"),
        (
            "https://rancher.example.org/k8s/clusters/c-1",
            "https://127.0.0.1:1234/k8s/clusters/c-1",
            "rancher.example.org",
        ),
        ("http://10.0.0.1:8001", "http://127.0.0.1:1234", None),
    ],
)
def test_another_way_to_the_same_api(server, url, name):
    before = kubeconfig(server)
    after = through(before, "a.conf", "127.0.0.1", 1234)
    assert server_of(after)["server"] == url
    assert server_of(after).get("tls-server-name") == name
    assert server_of(before)["server"] == server  # the input stays
    assert {**after, "clusters": 0} == {**before, "clusters": 0}
    assert {"name": "other", "cluster": {"server": "https://192.0.2.1:6443"}} in after["clusters"]


def test_a_name_that_the_user_set_stays():
    after = through(kubeconfig(**{"tls-server-name": "api"}), "a.conf", "::1", 1234)
    assert server_of(after)["tls-server-name"] == "api"
    assert server_of(after)["server"] == "https://[::1]:1234"


def test_no_name_is_needed_where_no_certificate_is_looked_at():
    after = through(kubeconfig(**{"insecure-skip-tls-verify": True}), "a.conf", "127.0.0.1", 1234)
    assert "tls-server-name" not in server_of(after)


def test_no_proxy_is_asked():
    assert server_of(without_proxy(kubeconfig(**{"proxy-url": "http://proxy"}), "a.conf"))["proxy-url"] == ""


# As the distributions write them: k3s, RKE2, MicroK8s, k0s.
@pytest.mark.parametrize(
    ("server", "url", "name"),
    [
        ("https://127.0.0.1:6443", "https://10.0.0.9:6443", "127.0.0.1"),
        ("https://127.0.0.1:16443", "https://10.0.0.9:16443", "127.0.0.1"),
        ("https://localhost:6443", "https://10.0.0.9:6443", "localhost"),
        ("https://[::1]:6443", "https://10.0.0.9:6443", "::1"),
        ("https://0.0.0.0:6443", "https://10.0.0.9:6443", "127.0.0.1"),
    ],
)
def test_a_loopback_address_becomes_the_host_s(server, url, name):
    after = server_of(from_afar(kubeconfig(server), "a.conf", "10.0.0.9"))
    assert (after["server"], after["tls-server-name"]) == (url, name)


@pytest.mark.parametrize(
    ("server", "address"), [("https://10.0.0.1:6443", "10.0.0.9"), ("https://127.0.0.1:6443", "localhost")]
)
def test_another_address_stays(server, address):
    assert from_afar(kubeconfig(server), "a.conf", address) is None


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("0.0.0.0", True),
        ("::", True),
        ("LOCALHOST", True),
        ("a.localhost", True),
        ("10.0.0.1", False),
        ("fd00::1", False),
        ("api", False),
        ("localhost.example.org", False),
    ],
)
def test_a_host_that_is_the_machine_itself(host, own):
    assert is_own(host) is own


def test_relative_paths_stay_right_in_another_directory():
    config = kubeconfig(
        user={"client-certificate": "c.crt", "client-key": "/keys/c.key"}, **{"certificate-authority": "pki/ca.crt"}
    )
    after = with_absolute_paths(config, "/home/me")
    assert server_of(after)["certificate-authority"] == "/home/me/pki/ca.crt"
    assert after["users"][1]["user"] == {"client-certificate": "/home/me/c.crt", "client-key": "/keys/c.key"}
    assert with_absolute_paths(kubeconfig(), "/home/me") == kubeconfig()


@pytest.mark.parametrize(
    ("command", "absolute"),
    [("./get-token", "/home/me/./get-token"), ("/bin/get-token", "/bin/get-token"), ("aws", "aws"), (None, None)],
)
def test_the_program_for_credentials_is_found_from_another_directory(command, absolute):
    program = {"apiVersion": "client.authentication.k8s.io/v1", "command": command, "args": ["a/b"]}
    after = with_absolute_paths(kubeconfig(user={"exec": program}), "/home/me")
    assert after["users"][1]["user"] == {"exec": {**program, "command": absolute}}


def test_certificates():
    assert ca_of(kubeconfig(), "a.conf") == "Q0E="
    own = certificates_of(kubeconfig(), "a.conf")
    assert certificates_of(kubeconfig("https://other:6443"), "a.conf") == own
    assert certificates_of(kubeconfig(user={"token": "new"}), "a.conf") != own
    assert certificates_of(kubeconfig(**{"certificate-authority-data": "bmV3"}), "a.conf") != own


OURS = KeptMark(digest("ours"), "certificates")


@pytest.mark.parametrize(
    ("existing", "mark", "certificates", "same_ca", "write", "keep_old"),
    [
        pytest.param(None, None, "certificates", False, True, False, id="the first run"),
        pytest.param(None, OURS, "certificates", False, True, False, id="somebody deleted it"),
        pytest.param("fetched", None, "certificates", True, False, False, id="nothing changed"),
        pytest.param("ours", OURS, "certificates", True, True, False, id="the cluster changed its file"),
        pytest.param("ours", OURS, "new", False, True, False, id="another cluster, and the file is ours"),
        pytest.param("changed", OURS, "certificates", True, False, False, id="a user changed it"),
        pytest.param("changed", OURS, "new", False, True, True, id="a user changed it, and the cluster was remade"),
        pytest.param("changed", OURS, "new", True, True, True, id="a user changed it, and certificates were renewed"),
        pytest.param("changed", None, "certificates", True, False, False, id="a user's own file"),
        pytest.param("changed", None, "certificates", False, True, True, id="a user's own file of another cluster"),
    ],
)
def test_the_file_on_the_controller(existing, mark, certificates, same_ca, write, keep_old):
    choice = choose(existing, "fetched", mark, certificates, same_ca)
    assert (choice.write, choice.keep_old) == (write, keep_old)
    assert choice == Choice(write, choice.reason, keep_old)
    assert choice.reason
