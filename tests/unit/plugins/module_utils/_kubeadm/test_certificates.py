# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import textwrap

import certificates
import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.certificates import (
    ca_pins,
    kubeconfig_ca_pins,
)

CA, OTHER = certificates.CA, certificates.OTHER_CA
PIN, OTHER_PIN = certificates.CA_PIN, certificates.OTHER_CA_PIN


def kubeconfig(pem):
    """A kubelet.conf as kubeadm writes it, shortened."""
    data = base64.b64encode(pem.encode()).decode()
    return textwrap.dedent(f"""\
        apiVersion: v1
        clusters:
        - cluster:
            certificate-authority-data: {data}
            server: https://10.100.198.200:6443
          name: kubernetes
        """)


def cut(pem):
    """The certificate without the end of its bytes."""
    begin, *lines, end = pem.splitlines()
    return "\n".join([begin, base64.b64encode(base64.b64decode("".join(lines))[:40]).decode(), end])


@pytest.mark.parametrize(
    ("text", "pins"),
    [
        pytest.param(CA, (PIN,), id="an elliptic curve"),
        pytest.param(OTHER, (OTHER_PIN,), id="another kind of key"),
        pytest.param(f"a comment\n{CA}{OTHER}{CA}", tuple(sorted([PIN, OTHER_PIN])), id="a bundle"),
        pytest.param("", (), id="an empty file"),
    ],
)
def test_pins(text, pins):
    assert ca_pins(text) == pins
    assert kubeconfig_ca_pins(kubeconfig(text)) == pins


@pytest.mark.parametrize("text", ["", "clusters: []\n", "    certificate-authority: /etc/ca.crt\n"])
def test_a_kubeconfig_without_a_ca(text):
    assert kubeconfig_ca_pins(text) == ()


@pytest.mark.parametrize("text", [cut(CA), CA.replace("MII", "M!A", 1)])
def test_a_certificate_that_cannot_be_read(text):
    with pytest.raises(InputError, match=r"^holds a certificate that cannot be read \("):
        ca_pins(text)


def test_a_kubeconfig_whose_ca_is_no_text():
    with pytest.raises(InputError, match=r"^holds a certificate that cannot be read \("):
        kubeconfig_ca_pins("certificate-authority-data: /w==")
