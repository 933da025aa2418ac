"""The proof takes an inventory as people write it: a password in a vault, a jump host, IPv6, line ends of Windows."""

from __future__ import annotations

import json
import secrets
import subprocess

import pytest

USER = "molecule"
pytestmark = pytest.mark.more
FILES = "passwd* shadow* group* gshadow* subuid* subgid* .pwd.lock"
ACCOUNTS = "/run/molecule-accounts.tar"


@pytest.fixture
def password(on, inventory, lab):
    """The password of root, which a user needs who is not root. The nodes know it for the time of a test."""
    secret = secrets.token_hex()
    for name in inventory.nodes:
        host = on(name)
        host.check_output(f"tar -C /etc -cf {ACCOUNTS} $(cd /etc && ls -d {FILES})")
        host.check_output("useradd --create-home %s", USER)
        host.check_output("cp -r /root/.ssh /home/%s/ && chown -R %s: /home/%s/.ssh", USER, USER, USER)
        host.check_output("echo %s | chpasswd", f"root:{secret}")
    yield secret
    for name in inventory.nodes:
        # Other tests compare all files of /etc.
        on(name).check_output(f"cd /etc && rm -f {FILES} && tar -xf {ACCOUNTS} && rm -r {ACCOUNTS} /home/{USER}")


@pytest.fixture
def written(tmp_path, inventory, password):
    """An inventory in INI form, whose files have the line ends of Windows, with the password in a vault."""
    hosts = ["localhost ansible_connection=local", "", "[cluster]"]
    # known_hosts has the nodes' IPv4 addresses.
    hosts += [
        f"{name} ansible_host={address.replace('10.100.198.', 'fd10:100:198::')} "
        f"ansible_ssh_extra_args='-o HostKeyAlias={address}'"
        for name, address in inventory.nodes.items()
    ]
    # Only the nodes have IPv6: one of them is the jump host.
    arguments = inventory.variables["ansible_ssh_common_args"]
    key = inventory.variables["ansible_ssh_private_key_file"]
    jump = f"ssh {arguments} -i {key} -W [%h]:%p root@{min(inventory.nodes.values())}"
    (tmp_path / "hosts.ini").write_bytes("\r\n".join([*hosts, ""]).encode())
    variables = {
        **inventory.variables,
        "ansible_user": USER,
        "ansible_ssh_common_args": f'{arguments} -o ProxyCommand="{jump}"',
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
    yield ["--inventory", str(tmp_path / "hosts.ini"), *vault]
    # The connections that stay open would keep the user logged in.
    for path in (tmp_path / "connections").glob("*"):
        subprocess.run(["ssh", "-O", "exit", "-o", f"ControlPath={path}", "node"], check=True, capture_output=True)


def test_a_user_with_a_password_behind_a_jump_host(written, password, root, tmp_path):
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
