"""Results of sessions that were computed before.

A result is kept under all that it follows from: the skin's layers, the member's values, the
exposure, photons and seed, and a fingerprint of every line of code and table of data on the way.
"""

import hashlib
import os
from dataclasses import fields
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm
import numpy as np

import porelight
from porelight.data.library import fingerprint as data_fingerprint
from porelight.injury.field import InjuryField
from porelight.kept import Kept, content_key
from porelight.session.result import SessionResult
from porelight.tissue.skin import Skin

# what a session is computed by; other rooms cannot change it
_ROOMS = ("data", "heat", "injury", "laser", "light", "session", "tissue")
_LIBRARIES = ("numpy", "scipy", "numba")
_INJURY = "field_"  # before the names of the injury's fields


@cache
def code_fingerprint() -> str:
    """Return what changes with any code, table or library that a session is computed by."""
    root = Path(porelight.__file__).parent
    digest = hashlib.blake2b(data_fingerprint().encode(), digest_size=20)
    paths = [*root.glob("*.py"), *(path for room in _ROOMS for path in (root / room).glob("*.py"))]
    for path in sorted(paths):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root)} {len(content)}\n".encode())
        digest.update(content)
    for name in _LIBRARIES:
        digest.update(f"{name} {version(name)}\n".encode())
    # what a kernel rounds depends on the processor that it is compiled for
    digest.update(f"{llvm.get_host_cpu_name()} {os.environ.get('NUMBA_CPU_NAME')}".encode())
    return digest.hexdigest()


def result_key(skin: Skin, *content: object) -> str:
    """Return the key of a result: of the skin but for its pores, which no session looks at."""
    about = {one.name: getattr(skin, one.name) for one in fields(skin) if one.name != "pores"}
    return content_key(code_fingerprint(), about, *content)


def kept_result(kept: Kept, key: str) -> SessionResult | None:
    """Return the result kept under a key, or None."""
    found = kept.get(key)
    if found is None:
        return None
    injury = {one.name: found[_INJURY + one.name] for one in fields(InjuryField)}
    values: dict[str, Any] = {
        "field": InjuryField(**injury),
        "unmet": tuple(found["unmet"].tolist()),
    }
    for one in fields(SessionResult):
        if one.name not in values:
            array = found[one.name]
            values[one.name] = array if array.ndim else array.item()
    return SessionResult(**values)


def keep_result(kept: Kept, key: str, result: SessionResult) -> None:
    """Keep a result under its key."""
    arrays = {_INJURY + one.name: getattr(result.field, one.name) for one in fields(InjuryField)}
    for one in fields(SessionResult):
        if one.name != "field":
            arrays[one.name] = np.asarray(getattr(result, one.name))
    arrays["unmet"] = np.array(result.unmet, dtype=np.str_)
    kept.put(key, arrays)
