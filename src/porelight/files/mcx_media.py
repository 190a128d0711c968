"""The media of an MCX case as layers of a light case: coefficients and phase functions."""

import math
from itertools import pairwise
from typing import Any

from porelight.errors import ParameterError
from porelight.files.foreign import ForeignTable
from porelight.files.mcx_shapes import number
from porelight.tissue.mie import Sphere, mie_scattering
from porelight.units import nm, um

_MEDIUM = ("mua", "mus", "g", "n")
_MIE = ("mua", "radius", "rho", "nsph", "nmed")
_MOST_QUANTILES = 100_000
_UNSCATTERED = 1e-7  # MCX's smallest coefficient, and 1 - g


class McxMedia:
    """The media of a case.

    Parameters
    ----------
    domain : ForeignTable
        Domain of the case.
    is_refracting : bool
        Whether MCX refracts (DoMismatch); without it all light passes, as between equal indices.
    wavelength : object
        Source.WaveLength [nm], for Mie spheres; None where the case has none.
    """

    def __init__(self, domain: ForeignTable, *, is_refracting: bool, wavelength: Any) -> None:
        media = domain.get("Media")
        if not isinstance(media, list) or len(media) < 2:
            raise ParameterError(
                "Domain.Media is missing; expected medium 0 and at least one more."
            )
        self._media = [_table(domain, "Media", i, one, _MEDIUM) for i, one in enumerate(media)]
        self._is_refracting, self._wavelength = is_refracting, wavelength
        self._spheres = self._read_spheres(domain)
        self._quantiles = _quantiles(domain)
        if self._spheres and self._quantiles:
            raise ParameterError(
                "Domain.MieScatter and Domain.InverseCDF both say how light is scattered; "
                "expected one of them."
            )

    @property
    def has_spheres(self) -> bool:
        """Whether the media are Mie spheres."""
        return bool(self._spheres)

    @property
    def is_even(self) -> bool:
        """Whether all media but that outside have one index."""
        return len(set(self._indices)) == 1

    def layer(self, tag: int) -> dict[str, Any]:
        """Return the keys of a [[layer]] of a medium.

        Raises
        ------
        ParameterError
            If there is no such medium, or a light case has none.
        """
        if not 0 < tag < len(self._media):
            raise ParameterError(
                f"the volume holds medium {tag}; Domain.Media has 0 to {len(self._media) - 1}."
            )
        medium = self._media[tag]
        mu_s = number(medium.get("mus"), medium.path("mus"), 0.0, 1e5)
        g = number(medium.get("g"), medium.path("g"), -1.0, 1.0)
        if self._spheres:
            return self._of_spheres(tag, mu_s, g)
        keys: dict[str, Any] = {
            "mu_a_per_mm": number(medium.get("mua"), medium.path("mua"), 0.0, 1e5),
            "mu_s_per_mm": mu_s,
            "refractive_index": self.index(tag),
        }
        if self._quantiles and mu_s > 0.0:
            return {**keys, "phase": {"cosine_quantiles": self._quantiles}}
        if g == 1.0:
            mu_s = 0.0  # light that is scattered straight on is not scattered
        return {**keys, "mu_s_per_mm": mu_s, "anisotropy": g if mu_s > 0.0 else 0.0}

    def index(self, tag: int) -> float:
        """Return the index of a medium as it refracts."""
        if self._is_refracting:
            return self._own_index(tag)
        # one index for all is the speed of light in them; several are none
        return self._indices[-1] if self.is_even else 1.0

    @property
    def _indices(self) -> list[float]:
        """Index of each medium but that outside."""
        return [self._own_index(tag) for tag in range(1, len(self._media))]

    def _own_index(self, tag: int) -> float:
        if self._spheres and tag > 0:
            table, key = self._spheres[tag - 1], "nmed"
        else:
            table, key = self._media[tag], "n"
        return number(table.get(key), table.path(key), 1.0, 4.0)

    def _read_spheres(self, domain: ForeignTable) -> list[ForeignTable]:
        given = domain.get("MieScatter")
        if given is None:
            return []
        if not isinstance(given, list) or len(given) != len(self._media) - 1:
            raise ParameterError(
                f"Domain.MieScatter is {str(given)[:40]}; expected one row for each medium but "
                f"medium 0, {len(self._media) - 1}."
            )
        return [_table(domain, "MieScatter", i, one, _MIE) for i, one in enumerate(given)]

    def _of_spheres(self, tag: int, mu_s: float, g: float) -> dict[str, Any]:
        """Return the keys of a medium of spheres; MCX takes mus or mus (1 - g) if it has them."""
        table, own = self._spheres[tag - 1], self._own_index(tag)
        if self.index(tag) != own:
            raise ParameterError(
                "DoMismatch is off and the media of Mie spheres have several indices; expected one "
                "nmed, or DoMismatch on."
            )
        low, high = 1e-3, 500.0
        radius = number(table.get("radius"), table.path("radius"), low, high)
        index = number(table.get("nsph"), table.path("nsph"), 1.0, 4.0)
        wavelength = number(self._wavelength, "Optode.Source.WaveLength", 100.0, 20_000.0)
        found = mie_scattering(Sphere(2.0 * radius * um, index, own, wavelength * nm))
        density = number(table.get("rho"), table.path("rho"), 0.0, 1e6)
        scatters = found.efficiency * math.pi * radius**2 * density * 1e3
        if mu_s > _UNSCATTERED:
            straight = g >= 1.0 - _UNSCATTERED
            scatters = mu_s if straight else mu_s * (1.0 - g) / (1.0 - found.anisotropy)
        return {
            "mu_a_per_mm": number(table.get("mua"), table.path("mua"), 0.0, 1e5),
            "mu_s_per_mm": scatters,
            "refractive_index": own,
            "mie": {
                "diameter_um": 2.0 * radius,
                "sphere_index": index,
                "wavelength_nm": wavelength,
            },
        }


def _table(
    domain: ForeignTable, key: str, i: int, given: Any, names: tuple[str, ...]
) -> ForeignTable:
    """Return a row of a list of media, which may be a table or numbers in order."""
    where = f"Domain.{key}[{i}]"
    if isinstance(given, list) and len(given) != len(names):
        raise ParameterError(f"{where} is {given}; expected [{', '.join(names)}].")
    row = zip(names, given, strict=True) if isinstance(given, list) else ()
    table = domain.child(dict(row) or given, where)
    table.without_effect("a name", "name", "label")
    for name in names:
        table.get(name)
    return table


def _quantiles(domain: ForeignTable) -> list[float]:
    """Return cosines at even steps of the probability, with the ends that MCX puts to them."""
    key = "InverseCDF" if "InverseCDF" in domain else "InvCDF"
    given = domain.get(key)
    if given is None:
        return []
    name = domain.path(key)
    if not isinstance(given, list) or not 1 <= len(given) <= _MOST_QUANTILES:
        raise ParameterError(f"{name} is {str(given)[:40]}; expected a list of cosines.")
    inner = [number(x, name, -1.0, 1.0) for x in given]
    if any(one > other for one, other in pairwise(inner)):
        raise ParameterError(f"{name} falls; expected cosines that rise from -1 to 1.")
    return [-1.0, *inner, 1.0]
