"""The proof takes an inventory as people write it: with a user of its own, a password, IPv6 and Windows' line ends."""

from __future__ import annotations

import json
import secrets
import subprocess

import pytest

USER = "molecule"


@pytest.fixture
def password(on, inventory, lab):
    """The password of root, which a user needs who is not root. The nodes know it for the time of a test."""
    secret = secrets.token_hex()
    for name in inventory.nodes:
        host = on(name)
        host.check_output("useradd --create-home %s", USER)
        host.check_output("cp -r /root/.ssh /home/%s/ && chown -R %s: /home/%s/.ssh", USER, USER, USER)
        host.check_output("echo %s | chpasswd", f"root:{secret}")
    yield secret
    for name in inventory.nodes:
        on(name).check_output("usermod --password '*' root")
        on(name).check_output("userdel --remove %s", USER)


@pytest.fixture
def over_ipv6(on, inventory):
    """Addresses of the nodes in IPv6. The controller has one, too, for the time of a test."""
    addresses = {name: address.replace("10.100.198.", "fd10:100:198::") for name, address in inventory.nodes.items()}
    link = json.loads(subprocess.check_output(["ip", "-json", "route", "get", min(inventory.nodes.values())]))[0]["dev"]
    own = ["fd10:100:198::1/64", "dev", link]
    subprocess.run(["ip", "address", "add", *own, "nodad"], check=True)
    yield addresses
    subprocess.run(["ip", "address", "delete", *own], check=True)


@pytest.fixture
def written(tmp_path, inventory, password, over_ipv6):
    """An inventory in INI form, whose files have the line ends of Windows, with the password in a vault."""
    hosts = ["localhost ansible_connection=local", "", "[cluster]"]
    hosts += [f"{name} ansible_host={address}" for name, address in over_ipv6.items()]
    (tmp_path / "hosts.ini").write_bytes("\r\n".join([*hosts, ""]).encode())
    variables = {
        **inventory.variables,
        "ansible_user": USER,
        "ansible_become": True,
        "ansible_become_method": "ansible.builtin.su",
        "ansible_become_password": "{{ password_of_root }}",
        "ansible_python_interpreter": "/usr/bin/python3",
        "ansible_control_path_dir": str(tmp_path / "connections"),
    }
    folder = tmp_path / "group_vars" / "all"
    folder.mkdir(parents=True)
    lines = [f"{name}: {json.dumps(value)}" for name, value in variables.items()]
    (folder / "main.yml").write_bytes("\r\n".join([*lines, ""]).encode())
    (folder / "secret.yml").write_bytes(f"password_of_root: {password}\r\n".encode())
    (tmp_path / "vault").write_text(secrets.token_hex())
    vault = ["--vault-password-file", str(tmp_path / "vault")]
    subprocess.run(["ansible-vault", "encrypt", *vault, str(folder / "secret.yml")], check=True, capture_output=True)
    return ["--inventory", str(tmp_path / "hosts.ini"), *vault]


def test_a_user_with_a_password_over_ipv6(written, password, root, tmp_path):
    done = subprocess.run(
        ["ansible-playbook", *written, "playbooks/verify.yml", "-vvv"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    summary = json.loads((tmp_path / ".podnet/reports/connectivity/report.json").read_text())["summary"]
    assert summary["passed"] == summary["cells"] > 0
    assert password not in done.stdout + done.stderr
