# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime
import ipaddress
import ssl
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ansible_collections.podnet.kubernetes.plugins.plugin_utils import ssh_forward
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.ssh_forward import Server, answer, free_ports


def make_certificate(address):
    """A certificate for an address, which is its own authority: PEM with its key, and without."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"api {address}")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return pem + key.private_bytes(encoding, form, serialization.NoEncryption()).decode(), pem


class Quiet(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_arguments):
        pass


class QuietServer(HTTPServer):
    def handle_error(self, *_arguments):
        pass


@pytest.fixture
def serve(tmp_path):
    """A function that starts a server, with TLS when it gets a certificate, and returns its port."""
    started = []

    def start(certificate=None):
        server = QuietServer(("127.0.0.1", 0), Quiet)
        if certificate:
            path = tmp_path / f"{server.server_port}.pem"
            path.write_text(certificate)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(path)
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = Thread(target=server.serve_forever)
        thread.start()
        started.append((server, thread))
        return server.server_port

    yield start
    for server, thread in started:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_right_certificate_is_better_than_any_answer(serve):
    own, ca = make_certificate("10.9.9.9")
    other, other_ca = make_certificate("10.9.9.9")
    right, wrong, plain, [closed] = serve(own), serve(other), serve(), free_ports(1)
    server = Server(True, "10.9.9.9", ca)
    assert [answer(port, server) for port in (right, wrong, plain, closed)] == [2, 1, 0, 0]
    assert answer(right, Server(True, "10.9.9.8", ca)) == 1  # the certificate is for another address
    assert answer(right, Server(True, "10.9.9.9", "no PEM")) == 1
    assert answer(right, Server(True, "10.9.9.9", None)) == 1
    assert [answer(port, Server(False)) for port in (plain, closed)] == [2, 0]
    best = ssh_forward._best
    assert best([closed, wrong, right], server) == right
    assert best([wrong, closed], server) == wrong
    assert best([wrong, right], Server(True, "10.9.9.9", other_ca)) == wrong
    with pytest.raises(TimeoutError):
        best([closed, plain], server)


@pytest.mark.parametrize(("answers", "slept"), [([0, 0, 0, 2], [0.0, 0.5]), ([0] * 6, [0.0, 0.5, 1.0])])
def test_an_api_that_restarts_is_asked_again_and_a_dead_one_not_for_long(monkeypatch, answers, slept):
    left, pauses = list(answers), []
    monkeypatch.setattr(ssh_forward, "answer", lambda _port, _server: left.pop(0))
    monkeypatch.setattr(ssh_forward.time, "sleep", pauses.append)
    try:
        found = ssh_forward._best([1, 2], Server(False))
    except TimeoutError:
        found = None
    assert (found, pauses) == (2 if 2 in answers else None, slept)


def test_an_ipv6_target_stands_in_brackets():
    assert [str(ssh_forward.Target(host, 6443)) for host in ("fd00::1", "api")] == ["[fd00::1]:6443", "api:6443"]
