"""Parameter sets: the numbers of a model, each under its name in one data file."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Self, TypeAlias, cast

from porelight.data.library import parameter
from porelight.quantities import Floats

NumberOrDraws: TypeAlias = float | Floats

_PACKAGE = "tissue"


@dataclass(frozen=True, slots=True, eq=False)
class ParameterSet:
    """Base of frozen dataclasses whose fields are entries of ``data/tissue/<FILE>.toml``.

    A field is one number or one per draw, shape (n_draw,), in SI. Its source, range and meaning
    stand in the data file under the same name.
    """

    FILE = ""  # name of the data file; each subclass says it

    @classmethod
    def typical(cls) -> Self:
        """Return the library's values."""
        return cls.from_values({})

    @classmethod
    def from_values(cls, values: Mapping[str, NumberOrDraws]) -> Self:
        """Return the library's values with some replaced; names of other models are ignored.

        Parameters
        ----------
        values : mapping of str to float or ndarray of float64, shape (n_draw,)
            Library name to value [SI].
        """
        chosen = tuple(
            values[field.name]
            if field.name in values
            else parameter(_PACKAGE, cls.FILE, field.name).value
            for field in fields(cls)
        )
        if all(type(one) is float for one in chosen):
            return cast("Self", _of_numbers(cast("Hashable", cls), chosen))
        return cls(*chosen)


@lru_cache(maxsize=256)  # a session asks for those of its member at every place
def _of_numbers(kind: type[ParameterSet], chosen: tuple[float, ...]) -> ParameterSet:
    """Return the set of these numbers; sets do not change, so that one serves all who ask."""
    return kind(*chosen)
