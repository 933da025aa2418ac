"""A node joins while everything is watched. No key and no token stands where others can read it."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest
from secret_pieces import KEYS, READ_BY_OTHERS, WATCH, holders, open_to_others, pieces_of, places_of

pytestmark = [pytest.mark.more, pytest.mark.usefixtures("lab")]

NODE = "node2"
FILE = "/root/arguments-of-processes"
PLACES = "/etc /home /opt /run /srv /tmp /usr/local /var"


def texts_of(folder):
    return {str(path): path.read_text(errors="replace") for path in folder.rglob("*") if path.is_file()}


def arguments(ended):
    """Collect the arguments of the controller's processes until a process ends."""
    seen = set()
    while ended.poll() is None:
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                seen.add(path.read_text(errors="replace"))
            except OSError:
                continue
        time.sleep(0.02)
    return "\n".join(seen)


@pytest.fixture(scope="module")
def watched(inventory, on, kubectl, root, tmp_path_factory):
    """A node leaves and joins again. The texts of the run, and the pieces of all secrets of the cluster after it."""
    folder = tmp_path_factory.mktemp("run")
    environment = {
        **os.environ,
        "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.default",
        "ANSIBLE_LOG_PATH": str(folder / "ansible.log"),
        "ANSIBLE_CACHE_PLUGIN": "jsonfile",
        "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(folder / "facts"),
    }
    command = ["ansible-playbook", "--inventory", str(inventory.path)]
    for name in inventory.nodes:
        on(name).check_output(WATCH.format(file=FILE))
    texts = {}
    for playbook, *options in (("remove_node", "--extra-vars", f"podnet_remove_nodes={NODE}"), ("flannel",)):
        with (folder / playbook).open("w") as output:
            arguments_of_run = [*command, "-vvv", "--diff", f"playbooks/{playbook}.yml", *options]
            run = subprocess.Popen(arguments_of_run, cwd=root, env=environment, stdout=output, stderr=output)
            texts[f"processes of the controller, {playbook}"] = arguments(run)
        assert run.returncode == 0, (folder / playbook).read_text()[-3000:]
    kubectl.output("wait", "--for=condition=Ready", f"node/{NODE}", "--timeout=120s")
    for name in inventory.nodes:
        host = on(name)
        host.check_output("touch %s.stop; sleep 1", FILE)
        texts[f"processes of {name}"] = host.check_output("cat %s; rm %s %s.stop", FILE, FILE, FILE)
    secrets = [on(name).run(KEYS).stdout for name in inventory.nodes]
    secrets.append(on("master").check_output("kubeadm token list"))
    return {**texts, **texts_of(folder)}, {piece for text in secrets for piece in pieces_of(text)}


def test_there_are_secrets_of_all_kinds(watched):
    """A search for nothing would prove nothing: keys in two forms, and the token by which the node joined."""
    _texts, pieces = watched
    assert len(pieces) > 50
    assert any(len(piece) == 16 for piece in pieces)


def test_the_run_and_the_processes_show_no_secret(watched):
    texts, pieces = watched
    assert len(texts) > 6
    assert places_of(pieces, texts) == []


def test_the_watch_sees_arguments(watched, inventory):
    texts, _pieces = watched
    assert all("kubelet" in texts[f"processes of {name}"] for name in inventory.nodes)
    assert "ansible-playbook" in texts["processes of the controller, flannel"]


def test_others_read_no_secret_on_a_node(watched, node):
    _texts, pieces = watched
    given = "\n".join(sorted(pieces))
    search = READ_BY_OTHERS.format(places=PLACES)
    assert node.check_output(f"printf %%s %s | ({search})", given).split() == []
    # The same search finds the same text in a file that others may read.
    planted = f"umask 022; printf %%s %s > /tmp/planted; printf %%s %s | ({search}); rm /tmp/planted"
    assert node.run(planted, given[:80], given[:80]).stdout.split() == ["/tmp/planted"]


def test_others_read_no_secret_on_the_controller(watched, inventory, root, kubeconfig):
    """Modes count, and not the directories above: those of another clone may be open."""
    _texts, pieces = watched
    places = [one for one in (inventory.path, root / ".cache", Path.home() / ".ansible") if one.exists()]
    found = holders(pieces, places)
    assert kubeconfig in found
    assert open_to_others(found) == []
