"""Library numbers of one data file, some of them replaced by the caller."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from porelight.data.library import known_parameters, parameter
from porelight.errors import ParameterError, did_you_mean

PACKAGE = "tissue"
_WHERE = "those of porelight/data/tissue/*.toml"


@dataclass(frozen=True, slots=True)
class LibraryValues:
    """Numbers of one file in SI, by name: the caller's where there is one, else the library's.

    The caller's mapping may hold names of other files too (a draw of the uncertain parameters of
    the whole chain does); those are left alone. A name of no file at all is refused.
    """

    file: str
    overriding: Mapping[str, float]

    def __post_init__(self) -> None:
        """Refuse names that are those of no parameter."""
        for name in self.overriding:
            if name not in known_parameters():
                near = did_you_mean(str(name), known_parameters(), (_WHERE,))
                raise ParameterError(f"no parameter named {name!r}{near}")

    def __call__(self, name: str) -> float:
        """Return the number of this name."""
        if name not in self.overriding:
            return parameter(PACKAGE, self.file, name).value
        value = self.overriding[name]
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = math.nan
        if not math.isfinite(number):
            raise ParameterError(f"{name} is {value!r}; expected one finite number in SI.")
        return number
