"""The parts of keys and tokens that must stand nowhere else, and the places where they stand.

Programs of the lab's nodes find them there: one watches the arguments of all processes, one looks into files.
"""

from __future__ import annotations

import base64
import re
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+(.*?)-----END", re.DOTALL)
_KEY_DATA = re.compile(r"(?:client-key-data|token): *([A-Za-z0-9+/=_.-]{20,})")
_TOKEN = re.compile(r"\b[a-z0-9]{6}\.([a-z0-9]{16})\b")
# Files with keys and tokens on a node.
KEYS = "cat /etc/kubernetes/*.conf /etc/kubernetes/pki/*.key /etc/kubernetes/pki/etcd/*.key /var/lib/kubelet/pki/*.pem"
# Write the arguments of all processes to a file, until the file .stop is there. Those of the watch itself go.
WATCH = (
    "rm -f {file} {file}.stop; nohup python3 -c 'import glob, os, sys, time\n"
    "seen = set()\n"
    'while not os.path.exists(sys.argv[1] + ".stop"):\n'
    '    for name in glob.glob("/proc/[0-9]*/cmdline"):\n'
    '        try: seen.add(open(name, errors="replace").read())\n'
    "        except OSError: pass\n"
    "    time.sleep(0.02)\n"
    'open(sys.argv[1], "w").write("\\n".join(sorted(seen)))\' {file} >/dev/null 2>&1 &'
)
# Name the files that a user without rights reads, and that hold one of the texts of the standard input. grep ends
# with 1 when it finds none, and with 2 when it may not read some; `timeout` ends with 124.
READ_BY_OTHERS = (
    "timeout 120 setpriv --reuid=65534 --regid=65534 --clear-groups grep -rlsF -D skip -f - {places} || [ $? -le 2 ]"
)
_LONG = 40  # characters; shorter lines may stand elsewhere by chance


def pieces_of(text: str) -> set[str]:
    """Return the lines of private keys, the keys and tokens of kubeconfigs, and the secret halves of bootstrap tokens.

    A key in a kubeconfig is base64 of PEM. Its lines count in both forms.
    """
    found = {line for body in _KEY.findall(text) for line in body.split() if len(line) >= _LONG}
    for value in _KEY_DATA.findall(text):
        found.add(value[:200])
        decoded = base64.b64decode(value, validate=False).decode(errors="replace") if value.startswith("LS0t") else ""
        found |= pieces_of(decoded)
    return found | set(_TOKEN.findall(text))


def holders(pieces: Iterable[str], places: Iterable[Path]) -> list[Path]:
    """Find the files of this machine that hold a piece."""
    search = ["timeout", "120", "grep", "-rlsF", "-D", "skip", "-f", "-", *map(str, places)]
    done = subprocess.run(search, input="\n".join(sorted(pieces)), stdout=subprocess.PIPE, text=True, check=False)
    assert done.returncode <= 2, f"grep ended with {done.returncode}"
    return [Path(line) for line in done.stdout.splitlines()]


def open_to_others(files: Iterable[Path]) -> list[str]:
    """Name the files whose mode lets others read them, whatever directory they are in."""
    return [str(path) for path in files if path.stat().st_mode & 0o044]


def places_of(pieces: Iterable[str], texts: Mapping[str, str]) -> list[str]:
    """Return the names of the texts that have a piece, without the piece."""
    known = tuple(pieces)
    return sorted(name for name, text in texts.items() if any(piece in text for piece in known))
