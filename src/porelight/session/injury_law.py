"""What heat does to tissue, as a law that may be replaced.

A session asks one function what a temperature history leaves behind. The library's is
`porelight.injury.field.injury_field` with the numbers of ``data/tissue/injury.toml``; a researcher
passes her own, for example one that changes a single share and keeps the others::

    def my_law(time, temperature, values, *, resting):
        usual = library_injury(time, temperature, values, resting=resting)
        return dataclasses.replace(usual, killed=my_share(time, temperature))
"""

from collections.abc import Mapping
from typing import Protocol

from porelight.injury.field import InjuryField, InjuryParameters, injury_field
from porelight.quantities import Floats


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
