"""Chi-square tests of the random draws of light transport against their densities.

A sum of chi-square over n classes is turned into a number that is nearly normal (Wilson and
Hilferty), so it is judged like every other result by how many standard errors it is off.

References
----------
E. B. Wilson, M. M. Hilferty, "The distribution of chi-square," Proc. Natl. Acad. Sci. 17, 684-688
(1931). doi:10.1073/pnas.17.12.684
"""

import math

import numpy as np

from porelight.laser.beam import Beam
from porelight.laser.profiles import RadialProfile
from porelight.light.sampling import azimuths, landing_points, scattering_cosines
from porelight.quantities import Floats
from porelight.validation.case import CaseResult
from porelight.validation.code.light import Case

_CLASSES = 40
_RADIUS = 2.5e-3
# draws that a test of a sampler takes at most; more would show the last digits of float32
_MOST = 1_000_000
_HENYEY_GREENSTEIN = "Henyey, Greenstein, Astrophys. J. 93, 70 (1941)"
_DENSITY = "density of the profile"


def scattering(n_photons: int, seed: int) -> list[CaseResult]:
    """S1: cosines of scattering, for anisotropies from backward to sharply forward."""
    results = []
    for i, g in enumerate((-0.5, 0.0, 0.3, 0.8, 0.98)):
        cosine = scattering_cosines(g, min(n_photons, _MOST), seed * 10 + i)
        shares = henyey_greenstein_share(np.sort(cosine), g)
        results.append(_uniform("S1", f"scattering, g {g:g}", shares, _HENYEY_GREENSTEIN))
    turn = azimuths(min(n_photons, _MOST), seed * 10 + 9) / (2.0 * math.pi)
    results.append(_uniform("S1", "azimuth", turn, "even over a turn"))
    return results


def landing(n_photons: int, seed: int) -> list[CaseResult]:
    """S2: where photons of each kind of beam land."""
    table = RadialProfile((0.0, 1e-3, 2e-3, 2.5e-3), (1.0, 0.6, 0.9, 0.0))
    beams = {
        "flat-top": (Beam("flat-top", 2 * _RADIUS), _disc_share),
        "gaussian": (Beam("gaussian", 2 * _RADIUS), _gaussian_share),
        "ring": (
            Beam("ring", 2 * _RADIUS, inner_diameter=_RADIUS),
            lambda r: (_disc_share(r) - 0.25) / 0.75,
        ),
        "table": (Beam(table, table.diameter), lambda r: _table_share(table, r)),
        "tilted flat-top": (Beam("flat-top", 2 * _RADIUS, tilt=0.7), _disc_share),
    }
    results = []
    for i, (name, (beam, share_within)) in enumerate(beams.items()):
        x, y = landing_points(beam, min(n_photons, _MOST), seed * 10 + i)
        # across the beam a tilted spot is round again
        across = np.hypot(x * math.cos(beam.tilt), y)
        results.append(_uniform("S2", f"landing, {name}", share_within(across), _DENSITY))
    return results


def henyey_greenstein_share(cosine: Floats, g: float) -> Floats:
    """Return the share of light scattered to below a cosine, the integral of the density."""
    if g == 0.0:
        return 0.5 * (1.0 + cosine)
    root = np.sqrt(1.0 + g * g - 2.0 * g * cosine)
    return np.asarray((1.0 - g * g) / (2.0 * g) * (1.0 / root - 1.0 / (1.0 + g)))


def _disc_share(r: Floats) -> Floats:
    return np.asarray((r / _RADIUS) ** 2, dtype=np.float64)


def _gaussian_share(r: Floats) -> Floats:
    return np.asarray(-np.expm1(-2.0 * (r / _RADIUS) ** 2), dtype=np.float64)


def _table_share(table: RadialProfile, r: Floats) -> Floats:
    """Return the share of power within a radius, by the trapezoidal rule on a fine grid."""
    fine = np.linspace(0.0, table.radius[-1], 200_001)
    density = 2.0 * math.pi * fine * table.irradiance_at(fine)
    steps = 0.5 * (density[1:] + density[:-1]) * np.diff(fine)
    return np.asarray(np.interp(r, fine, np.concatenate([[0.0], np.cumsum(steps)])))


def _uniform(key: str, title: str, shares: Floats, source: str) -> CaseResult:
    """Return the test of whether shares of a distribution are even between 0 and 1."""
    counts, _ = np.histogram(shares, bins=_CLASSES, range=(0.0, 1.0))
    expected = shares.size / _CLASSES
    chi_square = float(((counts - expected) ** 2 / expected).sum())
    # what fell outside 0 to 1 is in no class and makes the sum large
    chi_square += (shares.size - counts.sum()) ** 2 / expected
    freedom = _CLASSES - 1
    spread = 2.0 / (9.0 * freedom)
    return CaseResult(
        key=key,
        title="sampler against its density",
        quantity=f"chi-square, {title}, as a normal deviate",
        unit="1",
        expected=0.0,
        found=((chi_square / freedom) ** (1.0 / 3.0) - 1.0 + spread) / math.sqrt(spread),
        standard_error=1.0,
        tolerance=0.0,
        source=source,
    )


CASES: tuple[Case, ...] = (scattering, landing)
