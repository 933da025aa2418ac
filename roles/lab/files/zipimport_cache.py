# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Have Python keep what it compiles of modules in zip archives, as it does of all others.

Ansible sends a module and all that it imports as an archive, and Python compiles it at each task. Imported at the start
of Python by a C(.pth) file beside this one (docs/decisions/0016-the-lab-compiles-a-module-once.md).
"""

from __future__ import annotations

import os
import sys
import types
import zipimport

_compile_source = getattr(zipimport, "_compile_source", None)  # Python's own, which has no public name


def compile_source(path: str, source: bytes) -> types.CodeType:
    """Return the code of a module in an archive; raises SyntaxError as compile() does."""
    # These take longer than all else here, and most runs of Python need no archive.
    import _imp
    import hashlib
    import marshal
    from pathlib import Path

    # Whoever may write there could as well have written this file.
    folder = Path(__file__).with_name("__zipimport_cache__")
    key = f"{hashlib.sha256(source).hexdigest()}.{sys.implementation.cache_tag}-{sys.flags.optimize}"
    try:
        code = marshal.loads((folder / key).read_bytes())
        _imp._fix_co_filename(code, path)  # it was kept from another archive; so Python mends it after a move
        return code
    except (OSError, EOFError, ValueError, TypeError):  # not there, or not whole
        code = _compile_source(path, source)
    if sys.dont_write_bytecode:
        return code
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        new = folder / f"{key}.{os.getpid()}"
        new.write_bytes(marshal.dumps(code))
        new.replace(folder / key)
    except OSError:  # a directory that others write, or a full disk: compiled anew the next time
        pass
    return code


if _compile_source is not None:
    zipimport._compile_source = compile_source
