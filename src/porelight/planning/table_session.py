"""A session read off a table: what limits are held against and what healing follows from."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from porelight.course.state import SessionDoses
from porelight.planning.limits import SessionQuantities
from porelight.quantities import Floats

QUANTITIES = tuple(one.name for one in fields(SessionQuantities))
DOSES = tuple(one.name for one in fields(SessionDoses))
COLUMNS = (*QUANTITIES, *(f"dose {one}" for one in DOSES))
# shares of cells: their damage integral is what heat makes grow, and its logarithm is smooth
SHARES = ("killed", "denatured", *(f"dose {one}" for one in DOSES[:4]))
LEAST = 1e-14  # damage whose logarithm stands for none
_MOST = 1e-15  # share that is left where everything is altered
_NO_CELL = 1e-9  # less is no cell; see `porelight.planning.limits`


@dataclass(frozen=True, slots=True, eq=False)
class TableSession:
    """A session read off a table: quantities and doses of each member, (n_member,) each."""

    quantities: SessionQuantities
    doses: Mapping[str, Floats]

    @classmethod
    def of(cls, columns: Mapping[str, Floats]) -> Self:
        """Return a session of columns named as quantities, and as doses behind the word dose."""
        return cls(
            SessionQuantities(**{name: columns[name] for name in QUANTITIES}),
            {name: columns[f"dose {name}"] for name in DOSES},
        )


def transformed(name: str, values: Floats) -> Floats:
    """Return what is interpolated of a column: the logarithm of the damage integral of a share."""
    if name not in SHARES:
        return np.asarray(values, dtype=np.float64)
    shares = np.clip(values, 0.0, 1.0 - _MOST)
    return np.asarray(np.log(np.maximum(-np.log1p(-shares), LEAST)))


def restored(name: str, values: Floats) -> Floats:
    """Return a column as it was before `transformed`; no depth is below 0."""
    if name in SHARES:
        shares = -np.expm1(-np.exp(np.minimum(values, np.log(-np.log(_MOST)))))
        return np.asarray(np.where(shares <= _NO_CELL, 0.0, shares))
    if name in {"wound", "dose ablated", "dose dead", "dose surface_rise"}:
        return np.maximum(values, 0.0)
    return np.asarray(values)
