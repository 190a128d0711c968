r"""The orifice of a pore with depth, which a camera sees, from the flat ring and finite elements.

The ring is a sheet of one thickness under small strain. The orifice of a real pore ends at a free
surface, above a funnel and a duct, in layers of different modulus, at strains of a third. How far
it moves was solved by finite elements (`porelight.mechanics.reference`) at points that fill the
ranges of twelve parameters, for nine unit changes k, and the difference from the ring was fitted
by polynomials :math:`C_k` of third degree, which are added to the ring's solution,

.. math::
    \ln\frac{d}{d_0} = \Bigl[\ln\frac{d}{d_0}\Bigr]_{ring} + \sum_k C_k\,a_k
                     + \beta\,s^2 + \xi\,s, \qquad s = \sum_k \lvert R_k\,a_k \rvert .

The amplitudes :math:`a_k` are those of hoop, radial and axial shrinkage and of the logarithm of the
modulus, each near the pore and far from it, and the change of the plug's pressure; :math:`R_k` is
the whole response to a unit of k. Finite changes do not quite add, which one number
:math:`\beta` (`orifice_second_order`) stands for; what is left over is a draw of its own,
:math:`\xi` (`orifice_model_error`).

Tissue that shrinks in the plane by :math:`e_r + e_\theta` grows in depth by the share chi of it
(`thickening_share`): 0 loses its water, 1 keeps its volume. A sheet cannot tell the two apart; the
orifice can, for thickening tissue bulges and pushes it open.
"""

import csv
import itertools
import math
import warnings
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from porelight.data.library import data_bytes, parameter
from porelight.errors import DataFileError, ExtrapolationWarning, ParameterError
from porelight.mechanics.mixture import RingEquilibrium
from porelight.mechanics.ring import RestingRing, RingMechanics, RingMesh
from porelight.quantities import Floats

DATA = "mechanics_orifice.csv"
# what changes, in the order of the data file; amplitudes at which the elements were solved
UNIT_CHANGES = {
    "hoop near": -0.03,
    "radial near": -0.03,
    "axial near": 0.03,
    "hoop far": -0.03,
    "radial far": -0.03,
    "axial far": 0.03,
    "pressure": -0.5,
    "modulus near": 0.1,
    "modulus far": 0.1,
}
DEEPEST = 16.0  # pore radii of dermis, from where on more of it changes nothing
DEGREE = 3
# times the half range of the fit: where its inputs are clipped, which one draw in 10,000 reaches,
# and beyond which a value is so far outside that a warning is given
_HELD, _FAR_OUTSIDE = 1.5, 2.0


@dataclass(frozen=True, slots=True)
class DermisDepth:
    """Depths of the skin around a pore, in radii of its opening."""

    thickness: float  # of the dermis
    upper_thickness: float  # of its papillary layer and upper plexus

    def __post_init__(self) -> None:
        if not 0.0 < self.upper_thickness < self.thickness < math.inf:
            raise ParameterError(
                f"the upper dermis is {self.upper_thickness:g} pore radii thick in a dermis of "
                f"{self.thickness:g}; expected it above 0 and thinner than the whole."
            )


@dataclass(frozen=True, slots=True)
class FittedInput:
    """One input of the fit: its name, its scale and the range it was fitted on."""

    name: str
    is_log: bool
    low: float
    high: float

    def scaled(self, value: float | Floats) -> Floats:
        """Return the value on -1 to 1, beyond that outside of the range."""
        array = np.asarray(value, dtype=np.float64)
        low, high = self.low, self.high
        if self.is_log:
            array, low, high = np.log(array), math.log(low), math.log(high)
        return np.asarray((2.0 * array - low - high) / (high - low))


@dataclass(frozen=True, slots=True, eq=False)
class OrificeFit:
    """The polynomials of the data file."""

    inputs: tuple[FittedInput, ...]
    coefficients: Floats  # (n_term, n_change), terms in the order of `basis`

    def corrections(self, values: dict[str, float | Floats], n_draw: int) -> Floats:
        """Return C_k, (n_change, n_draw), of one value or one per draw for each input."""
        scaled = np.empty((len(self.inputs), n_draw))
        for row, one in zip(scaled, self.inputs, strict=True):
            row[:] = one.scaled(values[one.name])
            furthest = float(np.abs(row).max())
            if furthest > _FAR_OUTSIDE:
                given = np.atleast_1d(values[one.name])
                warnings.warn(
                    f"{one.name} runs from {given.min():g} to {given.max():g}; the orifice was "
                    f"fitted for {one.low:g} to {one.high:g} and is held at the edge beyond.",
                    ExtrapolationWarning,
                    stacklevel=3,
                )
        held = np.clip(scaled, -_HELD, _HELD)
        return np.asarray((basis(held).T @ self.coefficients).T)


def basis(scaled: Floats) -> Floats:
    """Products of Legendre polynomials up to `DEGREE` in all, (n_term, n_draw).

    Parameters
    ----------
    scaled : ndarray of float64, shape (n_input, n_draw)
        Inputs on -1 to 1.
    """
    single = np.polynomial.legendre.legvander(scaled, DEGREE)  # (n_input, n_draw, degree + 1)
    terms = [np.ones(scaled.shape[1])]
    for degree in range(1, DEGREE + 1):
        for chosen in itertools.combinations_with_replacement(range(len(scaled)), degree):
            orders = {one: chosen.count(one) for one in chosen}
            terms.append(np.prod([single[one, :, n] for one, n in orders.items()], axis=0))
    return np.array(terms)


@lru_cache(maxsize=1)
def orifice_fit() -> OrificeFit:
    """Return the fit that ships with porelight; ``benchmarks/mechanics_orifice_fit.py`` makes it.

    Raises
    ------
    DataFileError
        If the data file is not what that script writes.
    """
    text = data_bytes("tissue", DATA).decode("utf-8")
    return parsed_fit(text)


def parsed_fit(text: str) -> OrificeFit:
    """Return the fit that a table of comma-separated values describes.

    Raises
    ------
    DataFileError
        If it has not one line for each input and term, or numbers are missing.
    """
    rows = list(csv.reader(line for line in text.splitlines() if not line.startswith("#")))
    try:
        inputs = tuple(
            FittedInput(name, scale == "log", float(low), float(high))
            for _, name, scale, low, high in (row for row in rows if row[0] == "input")
        )
        coefficients = np.array([row[1:] for row in rows if row[0] == "term"], dtype=np.float64)
    except ValueError:
        inputs, coefficients = (), np.empty((0, 0))
    n_term = math.comb(len(inputs) + DEGREE, DEGREE)
    if coefficients.shape != (n_term, len(UNIT_CHANGES)):
        raise DataFileError(
            f"{DATA} is not a fit of {len(UNIT_CHANGES)} changes; make it again with "
            "benchmarks/mechanics_orifice_fit.py."
        )
    return OrificeFit(inputs, coefficients)


@dataclass(frozen=True, slots=True, eq=False)
class OrificeResponse:
    """Response of the orifice of each draw to changes of the ring; made once for a course."""

    correction: Floats  # C_k, (n_change, n_draw)
    response: Floats  # R_k, (n_change, n_draw)
    near: Floats  # profile of what is near the pore, (n_element, n_draw)
    weight: Floats  # which finds its amplitude, (n_element, n_draw)
    thickening: Floats  # chi, (n_draw,)
    model_error: Floats  # xi, (n_draw,)

    @classmethod
    def of(
        cls, mesh: RingMesh, parameters: RingMechanics, dermis: DermisDepth, n_draw: int = 1
    ) -> "OrificeResponse":
        """Return the response of every draw.

        Parameters
        ----------
        mesh : RingMesh
            Mesh of the rings.
        parameters : RingMechanics
            The pore and its surroundings.
        dermis : DermisDepth
            Thickness of the skin around it.
        n_draw : int
            Number of draws, if the parameters are plain numbers.

        Warns
        -----
        ExtrapolationWarning
            If a parameter lies far outside of the range of the fit.
        """
        n_draw = max(n_draw, parameters.n_draw)
        fit = orifice_fit()
        depths = {
            "dermis_thickness": min(dermis.thickness, DEEPEST),
            "upper_dermis_thickness": dermis.upper_thickness,
        }
        values = {
            one.name: depths[one.name] if one.name in depths else getattr(parameters, one.name)
            for one in fit.inputs
        }
        correction = fit.corrections(values, n_draw)
        # by the pressure at rest, without which a change of it does nothing
        pressure = np.atleast_1d(parameters.plug_pressure_at_rest)
        correction[tuple(UNIT_CHANGES).index("pressure")] *= pressure
        profile = near_profile(mesh, parameters, n_draw)
        rising = profile - profile[-1]
        weight = rising / mesh.centre[:, np.newaxis]
        return cls(
            correction=correction,
            response=correction + ring_responses(mesh, parameters, profile),
            near=profile,
            weight=weight / (weight * rising).sum(axis=0),
            thickening=np.broadcast_to(np.atleast_1d(parameters.thickening_share), n_draw),
            model_error=np.broadcast_to(np.atleast_1d(parameters.orifice_model_error), n_draw),
        )

    def ratio(self, equilibrium: RingEquilibrium) -> Floats:
        """Diameter of the orifice over its resting one, (n_draw,), for the ring in equilibrium."""
        radial, hoop = (self._near_and_far(strain) for strain in equilibrium.eigenstrain)
        modulus = self._near_and_far(np.log(equilibrium.relative_modulus))
        pressure = equilibrium.relative_pressure - 1.0
        axial = [-self.thickening * (r + h) for r, h in zip(radial, hoop, strict=True)]
        amplitude = np.array(
            [
                *(hoop[0], radial[0], axial[0], hoop[1], radial[1], axial[1]),
                *(np.broadcast_to(pressure, self.thickening.shape), *modulus),
            ]
        )
        shift = (self.correction * amplitude).sum(axis=0)
        scale = np.abs(self.response * amplitude).sum(axis=0)
        shift = shift + (_second_order() * scale + self.model_error) * scale
        return np.asarray(equilibrium.ratio * np.exp(shift))

    def _near_and_far(self, profile: Floats) -> tuple[Floats, Floats]:
        """Amplitudes of a profile over the rings that is near * a + b."""
        near = (self.weight * (profile - profile[-1])).sum(axis=0)
        return near, profile[-1] - near * self.near[-1]


def _second_order() -> float:
    return parameter("tissue", "mechanics", "orifice_second_order").value


def near_profile(mesh: RingMesh, parameters: RingMechanics, n_draw: int) -> Floats:
    """Fading of a change that belongs to the pore, 1 at its wall, (n_element, n_draw)."""
    reach = np.broadcast_to(np.atleast_1d(parameters.pore_dose_reach), n_draw)
    return np.asarray(np.exp(-(mesh.centre[:, np.newaxis] - 1.0) / reach))


def ring_responses(mesh: RingMesh, parameters: RingMechanics, near: Floats) -> Floats:
    """Change of ln diameter per unit of each change in the ring alone, (n_change, n_draw)."""
    n_draw = near.shape[1]
    ring = RestingRing.of(mesh, parameters, n_draw)
    none, one = np.zeros_like(near), np.ones_like(near)
    out = []
    for name, amplitude in UNIT_CHANGES.items():
        what, _, where = name.partition(" ")
        profile = amplitude * (near if where == "near" else one)
        if what == "axial":
            out.append(np.zeros(n_draw))  # a sheet is free to thicken
            continue
        ratio, _, _ = ring.changed(
            np.exp(profile) if what == "modulus" else one,
            (profile if what == "radial" else none, profile if what == "hoop" else none),
            np.full(n_draw, 1.0 + amplitude if what == "pressure" else 1.0),
        )
        out.append(np.log(ratio) / amplitude)
    return np.array(out)
