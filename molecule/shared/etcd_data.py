"""Texts in the data of etcd, as its files have them."""

from __future__ import annotations

from testinfra.host import Host

DATA = "/var/lib/etcd/member"


def has_text(control_plane: Host, text: str) -> bool:
    """Whether a file of etcd holds a text. The log of changes has each change as soon as the API answers."""
    found = control_plane.run(f"grep -rqaF -e %s {DATA}", text)
    assert found.rc in (0, 1), found.stderr
    return bool(found.rc == 0)
