"""The injury that heat leaves in tissue, as a law that a researcher may replace by her own.

A session calls one function to turn a temperature history into injury. The library's is
`porelight.injury.field.injury_field` with the numbers of ``data/tissue/injury.toml``; a researcher
passes her own, for example one that changes a single share and keeps the others::

    def my_law(time, temperature, values, *, resting):
        usual = library_injury(time, temperature, values, resting=resting)
        return dataclasses.replace(usual, killed=my_share(time, temperature))
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Final, Protocol

import numpy as np

from porelight.errors import ParameterError
from porelight.injury.field import InjuryField, InjuryParameters, injury_field
from porelight.quantities import Floats

_ROUNDING: Final = 1e-12


class InjuryLaw(Protocol):
    """A function from a temperature history to the injury that it leaves."""

    def __call__(
        self,
        time: Floats,
        temperature: Floats,
        values: Mapping[str, float],
        *,
        resting: Floats | float,
    ) -> InjuryField:
        """Return the injury at each place.

        Parameters
        ----------
        time : ndarray of float64, shape (n_time,)
            Times of the readings [s].
        temperature : ndarray of float64, shape (n_time, n_depth)
            Temperature at those times [K].
        values : mapping of str to float
            Values of library parameters in one member of the ensemble [SI].
        resting : float or ndarray of float64, shape (n_depth,)
            Temperature before the session [K]; a history that never leaves it must leave no injury.
        """
        ...


def library_injury(
    time: Floats,
    temperature: Floats,
    values: Mapping[str, float],
    *,
    resting: Floats | float,
) -> InjuryField:
    """Return the injury by the rate processes of the library; see `InjuryLaw`."""
    parameters = InjuryParameters.from_values(values)
    return injury_field(time, temperature, parameters, resting=resting)


def require_no_injury_at_rest(law: InjuryLaw) -> None:
    """Refuse a law by which skin that was never heated is injured.

    Parameters
    ----------
    law : InjuryLaw
        The law to check: it is called with an hour at the resting temperature, at depths from the
        surface to the core.

    Raises
    ------
    ParameterError
        If any injury is not 0, or does not have one value at each depth.
    """
    resting = np.linspace(303.15, 310.15, 8)
    time = np.array([0.0, 60.0, 3600.0])
    injury = law(time, np.tile(resting, (time.size, 1)), {}, resting=resting)
    for field in fields(InjuryField):
        found = np.asarray(getattr(injury, field.name))
        if found.shape != resting.shape:
            raise ParameterError(
                f"the injury law returns {field.name} of shape {found.shape} for "
                f"{resting.size} depths; expected {resting.shape}, one value at each depth."
            )
        worst = found[np.argmax(np.abs(found))]
        if not abs(worst) <= _ROUNDING:
            raise ParameterError(
                f"the injury law gives {field.name} = {worst:.2g} after an hour at the resting "
                "temperature; expected 0. Count only what lies above the rate at rest."
            )
