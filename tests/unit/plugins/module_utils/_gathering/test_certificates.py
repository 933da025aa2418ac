# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
import shutil
import subprocess

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.certificates import read_certificates

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificates")
CA, LEAF = "/CN=kubernetes", "/O=system:nodes/CN=system:node:node1"


def openssl(folder, *arguments, data=None):
    return subprocess.run(["openssl", *arguments], cwd=folder, input=data, check=True, capture_output=True).stdout


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A CA and a certificate of it, with its key in the same file, as kubelet has it."""
    folder = tmp_path_factory.mktemp("pki")
    new = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl(folder, *new, "-x509", "-subj", CA, "-days", "30", "-keyout", "ca.key", "-out", "ca.crt")
    openssl(folder, *new, "-subj", LEAF, "-keyout", "leaf.key", "-out", "leaf.csr")
    (folder / "extensions").write_text("authorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n")
    sign = ["x509", "-req", "-in", "leaf.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-days", "1", "-out", "leaf.crt"]
    openssl(folder, *sign, "-extfile", "extensions", "-set_serial", "4660")
    (folder / "both.pem").write_text((folder / "leaf.crt").read_text() + (folder / "leaf.key").read_text())
    return folder


def test_a_certificate_says_what_openssl_says(files):
    (found,) = read_certificates((files / "ca.crt").read_text())
    assert (found["subject"], found["issuer"]) == ("CN=kubernetes", "CN=kubernetes")
    assert found["not_after"] - found["not_before"] == 30 * 86400
    key = openssl(files, "x509", "-in", "ca.crt", "-noout", "-pubkey")
    der = openssl(files, "pkey", "-pubin", "-outform", "DER", data=key)
    assert found["public_key"] == hashlib.sha256(der).hexdigest()


def test_the_key_identifiers_connect_it_with_its_ca(files):
    (ca,) = read_certificates((files / "ca.crt").read_text())
    (leaf,) = read_certificates((files / "both.pem").read_text())
    assert leaf["subject"] == "O=system:nodes, CN=system:node:node1"
    assert leaf["authority_key"] is not None
    assert leaf["authority_key"] == ca["subject_key"]
    assert leaf["subject_key"] != ca["subject_key"]


def test_a_key_beside_it_is_not_in_the_result(files):
    key = "".join((files / "leaf.key").read_text().splitlines()[1:-1])
    found = str(read_certificates((files / "both.pem").read_text()))
    assert not any(key[start : start + 12] in found for start in range(0, len(key) - 12, 12))


def test_several_certificates_are_in_one_file(files):
    text = (files / "ca.crt").read_text() * 2
    assert len(read_certificates(text)) == 2


@pytest.mark.parametrize("body", ["", "AAAA", "MIIB", "not base64!", "MAMCAQA="])
def test_what_is_no_certificate_has_an_error(body):
    text = f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"
    found = read_certificates(text)
    assert [set(one) for one in found] == [{"error"}]
    assert read_certificates("no PEM") == []


def test_every_cut_of_a_certificate_is_an_error_and_no_exception(files):
    import base64

    data = openssl(files, "x509", "-in", "ca.crt", "-outform", "DER")
    for length in range(0, len(data), 7):
        body = base64.b64encode(data[:length]).decode()
        found = read_certificates(f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")
        assert "error" in found[0]
