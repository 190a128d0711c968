"""What computed a result: versions, data files and processor, and in what two of them differ.

The same bits are promised for the same numbers on the same versions, whatever the number of
threads. Another release of a library may round otherwise, and so may another processor: kernels
are compiled for the instructions that it has.
"""

import json
import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version

from porelight import __version__
from porelight.data.library import fingerprint

ORIGIN = "computed_with"  # name of the attribute in files
_LIBRARIES = ("numpy", "scipy", "numba", "llvmlite")  # whose arithmetic is in the numbers
_FEATURES = "processor features"


@cache
def this_origin() -> Mapping[str, str]:
    """Return what computes here: name to version, fingerprint or list.

    Examples
    --------
    >>> sorted(this_origin())[:3]
    ['Python', 'data files', 'llvmlite']
    """
    from llvmlite import binding  # noqa: PLC0415  compiled code is not needed to read a file

    features = binding.get_host_cpu_features()
    return {
        "porelight": __version__,
        "data files": fingerprint(),
        "Python": platform.python_version(),
        **{name: version(name) for name in _LIBRARIES},
        "processor": binding.get_host_cpu_name(),
        _FEATURES: " ".join(sorted(name for name, has in features.items() if has)),
    }


def origin_text() -> str:
    """Return `this_origin` as the text of an attribute."""
    return json.dumps(this_origin())


def origin_differences(recorded: Mapping[str, str]) -> tuple[str, ...]:
    """Return in what this machine differs from the one that computed a result, a line each.

    Parameters
    ----------
    recorded : mapping of str to str
        `this_origin` of that machine.

    Examples
    --------
    >>> origin_differences({**this_origin(), "numpy": "1.0"})[0].startswith("numpy 1.0, here ")
    True
    """
    lines = []
    for name, here in this_origin().items():
        then = recorded.get(name, "not recorded")
        if then == here:
            continue
        if name == _FEATURES:
            lines += _feature_lines(set(then.split()), set(here.split()))
        else:
            lines.append(f"{name} {then}, here {here}")
    return tuple(lines)


def _feature_lines(then: set[str], here: set[str]) -> list[str]:
    told = ((then - here, "had, this one lacks"), (here - then, "lacked, this one has"))
    return [
        f"processor features: that machine {words} {', '.join(sorted(names))}"
        for names, words in told
        if names
    ]
