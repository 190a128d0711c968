"""Cooling of the surface over time: a spurt of cryogen or a plate for a while, then air.

Between changes the exchange is that of one `Surface`. A spurt of cryogen is its spray followed by
the film that stays and boils, then air; how long the film stays is part of the schedule.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from porelight.errors import ParameterError
from porelight.heat.surface import Cooling, Surface
from porelight.quantities import TIME, Floats

FREEZING = 272.65  # K; the water of living tissue holds salt (0.5 K below that of pure water)
SUPERCOOLED = 0.3  # s; shorter cold makes no ice
_ZERO_CELSIUS = 273.15  # K

_NONE: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class SurfaceSchedule:
    """The heat exchange at the surface over time: one `Surface` after another.

    Attributes
    ----------
    surfaces : tuple of Surface
        Surfaces in order of time.
    until : tuple of float
        Time at which each but the last ends [s], rising from above 0.
    """

    surfaces: tuple[Surface, ...]
    until: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Check that times and surfaces fit together."""
        if not self.surfaces or len(self.until) != len(self.surfaces) - 1:
            raise ParameterError(
                f"{len(self.surfaces)} surfaces with {len(self.until)} times of change; expected "
                "one time fewer than surfaces, and at least one surface."
            )
        ends = np.array([0.0, *self.until])
        TIME.require(ends, "until")
        if (np.diff(ends) <= 0.0).any():
            raise ParameterError("times at which the surface changes must rise from above 0 s.")

    @classmethod
    def of(cls, surface: "Surface | SurfaceSchedule") -> "SurfaceSchedule":
        """Return a schedule unchanged, or the schedule of one surface that never changes."""
        return surface if isinstance(surface, SurfaceSchedule) else cls((surface,))

    @classmethod
    def cooled(
        cls, cooling: Cooling, duration: float, values: Mapping[str, float] = _NONE
    ) -> "SurfaceSchedule":
        """Return a cooling from time 0 for a duration, then room air.

        Parameters
        ----------
        cooling : {"air", "cold air", "contact", "cryogen"}
            Kind of cooling. The film of a cryogen spurt stays for ``cryogen_film_time`` after it.
        duration : float
            Time for which it is applied [s].
        values : mapping of str to float
            Numbers of ``heat.toml`` to use in place of the library's.
        """
        air = Surface.from_values(values, "air")
        if cooling == "air":
            return cls((air,))
        if not TIME.require(duration, "cooling duration") > 0.0:
            raise ParameterError(f"the {cooling} lasts 0 s; expected how long it is applied.")
        if cooling == "cryogen":
            spurt = Surface.of_spurt(values)
            return cls((spurt, air), (duration + Surface.film_time(values),))
        return cls((Surface.from_values(values, cooling), air), (duration,))

    def pieces(self, end: float) -> list[tuple[float, float, Surface]]:
        """Return start [s], end [s] and surface of every interval up to a time [s]."""
        starts, ends = (0.0, *self.until), (*self.until, np.inf)
        return [
            (start, float(min(stop, end)), surface)
            for start, stop, surface in zip(starts, ends, self.surfaces, strict=True)
            if start < end
        ]


def require_unfrozen(
    time: Floats, depth: Floats, temperature: Floats, *, living_from: float
) -> None:
    """Refuse a cooling that freezes living skin: ice, and its latent heat, are not in the model.

    Parameters
    ----------
    time : ndarray of float64, shape (n_time,)
        Times [s].
    depth : ndarray of float64, shape (n_depth,)
        Depths below the surface [m].
    temperature : ndarray of float64, shape (n_time, n_depth)
        Temperature [K].
    living_from : float
        Lower edge of the stratum corneum [m]; above it any cold is allowed.

    Raises
    ------
    ParameterError
        If living skin is colder than -0.5 degC for longer than 0.3 s.

    Notes
    -----
    Water supercools for a moment: spurts of 300 ms of a cryogen that boils at -46.5 degC left no
    change in human skin [1]_.

    References
    ----------
    .. [1] Comparative study of cryogen spray cooling with R-134a and R-404a, J. Biomed. Opt. 11,
       041116 (2006), abstract. doi:10.1117/1.2338001
    """
    living = temperature[:, depth >= living_from]
    if living.size == 0 or living.min() >= FREEZING:
        return
    frozen = (living < FREEZING).any(axis=1)
    step = np.diff(time, append=time[-1])
    if float(step[frozen].sum()) <= SUPERCOOLED:
        return
    first = float(time[np.flatnonzero(frozen)[0]])
    raise ParameterError(
        f"the cooling freezes living skin: below {FREEZING - _ZERO_CELSIUS:.1f} degC from "
        f"{first:.3g} s on for more than {SUPERCOOLED:g} s, at worst "
        f"{float(living.min()) - _ZERO_CELSIUS:.1f} degC; ice is not modelled. Cool for less than "
        f"{first + SUPERCOOLED:.2g} s, or with something warmer."
    )
