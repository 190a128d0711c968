"""The textbook checks of light transport: published values, exact solutions, conservation.

Keys are those of the table in ``docs/theory/light.md``.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from porelight.grid import Grid
from porelight.laser.beam import Beam
from porelight.light.adding_doubling import layered_totals
from porelight.light.closed_form import clear_slab, diffuse_reflectance
from porelight.light.field import LightField
from porelight.light.transport import transport
from porelight.tissue.optics import LayeredOptics
from porelight.validation.case import CaseResult

Case: TypeAlias = Callable[[int, int], list[CaseResult]]

# one for each batch
FEWEST_PHOTONS = 32
PENCIL = Beam("pencil", 1e-3)
VAN_DE_HULST = "van de Hulst, Multiple Light Scattering (1980), table 35"
GIOVANELLI = "Giovanelli, Opt. Acta 2, 153 (1955)"
MCML = "Wang, Jacques, Zheng, Comput. Methods Programs Biomed. 47, 131 (1995), sample 2"
SKIN_KERNEL = "independent double-precision kernel, 45 million photons"
ADDING_DOUBLING = "adding-doubling, porelight.light.adding_doubling"
CLOSED_FORM = "closed form"
DIFFUSION = "two-source diffusion, Kienle, Patterson, J. Opt. Soc. Am. A 14, 246 (1997)"
CONSERVATION = "conservation of energy"
# of layered_totals with its default number of angles
_ADDING_DOUBLING_ERROR = 2e-5
_SINGLE_PRECISION = 2e-6  # of a sum of weights, and of adding-doubling
# thirty ratios of absorption to extinction, and the one below which absorption is linear
WEAK_RATIOS = tuple(float(ratio) for ratio in np.logspace(0.0, -12.0, 30))
_LINEAR = 1e-8
# what diffusion theory leaves out a few millimetres from the beam
_DIFFUSION_ERROR = 0.03


@dataclass(frozen=True, slots=True)
class _Benchmark:
    """The fields that the results of one benchmark have in common."""

    key: str
    title: str
    source: str

    def within_error(
        self, quantity: str, expected: float, found: float, error: float, expected_error: float
    ) -> CaseResult:
        return CaseResult(
            key=self.key,
            title=self.title,
            quantity=quantity,
            unit="1",
            expected=expected,
            found=found,
            standard_error=error,
            tolerance=0.0,
            source=self.source,
            expected_error=expected_error,
        )

    def within(self, quantity: str, expected: float, found: float, tolerance: float) -> CaseResult:
        return CaseResult(
            key=self.key,
            title=self.title,
            quantity=quantity,
            unit="1",
            expected=expected,
            found=found,
            standard_error=0.0,
            tolerance=tolerance,
            source=self.source,
        )

    def reflectance(self, field: LightField, expected: float, expected_error: float) -> CaseResult:
        found, error = field.reflectance, field.reflectance_error
        return self.within_error("R", expected, found, error, expected_error)

    def transmittance(
        self, field: LightField, expected: float, expected_error: float
    ) -> CaseResult:
        found, error = field.transmittance, field.transmittance_error
        return self.within_error("T", expected, found, error, expected_error)

    def absorbed(self, field: LightField, expected: float, expected_error: float) -> CaseResult:
        # the errors of the layers are not independent; their sum is the most that they can make
        found, error = float(field.by_layer.sum()), float(field.by_layer_error.sum())
        return self.within_error("absorbed", expected, found, error, expected_error)


def layers(
    *,
    thickness_mm: Sequence[float],
    mu_a_per_mm: Sequence[float],
    mu_s_per_mm: Sequence[float],
    anisotropy: Sequence[float],
    index: Sequence[float],
    index_below: float,
) -> LayeredOptics:
    """Return layers under air from the units in which the tables are printed."""
    columns = (thickness_mm, mu_a_per_mm, mu_s_per_mm, anisotropy, index)
    d, mu_a, mu_s, g, n = (np.array(column, dtype=np.float64) for column in columns)
    return LayeredOptics(
        thickness=d * 1e-3,
        mu_a=mu_a * 1e3,
        mu_s=mu_s * 1e3,
        anisotropy=g,
        refractive_index=n,
        index_above=1.0,
        index_below=index_below,
    )


def slab(
    thickness_mm: float, mu_a_per_mm: float, mu_s_per_mm: float, anisotropy: float, index: float
) -> LayeredOptics:
    """Return one layer with air on both sides."""
    return layers(
        thickness_mm=[thickness_mm],
        mu_a_per_mm=[mu_a_per_mm],
        mu_s_per_mm=[mu_s_per_mm],
        anisotropy=[anisotropy],
        index=[index],
        index_below=1.0,
    )


THREE_LAYERS = layers(
    thickness_mm=[1.0, 1.0, 2.0],
    mu_a_per_mm=[0.1, 0.1, 0.2],
    mu_s_per_mm=[10.0, 1.0, 1.0],
    anisotropy=[0.9, 0.0, 0.7],
    index=[1.37, 1.37, 1.37],
    index_below=1.0,
)
STRONG_INTERFACE = layers(
    thickness_mm=[0.5, 0.5],
    mu_a_per_mm=[0.1, 0.2],
    mu_s_per_mm=[5.0, 8.0],
    anisotropy=[0.5, 0.8],
    index=[1.2, 1.6],
    index_below=1.0,
)
FIVE_LAYER_SKIN = layers(
    thickness_mm=[0.1, 0.2, 0.1, 1.5, 10.0],
    mu_a_per_mm=[0.10, 0.03, 0.06, 0.03, 0.01],
    mu_s_per_mm=[20.0, 15.0, 15.0, 14.0, 10.0],
    anisotropy=[0.9] * 5,
    index=[1.40, 1.39, 1.39, 1.39, 1.44],
    index_below=1.44,
)
FIVE_LAYER_NAMES = ("epidermis", "papillary dermis", "upper plexus", "reticular dermis", "fat")
FIVE_LAYER_ABSORBED = (0.046681, 0.028159, 0.028003, 0.173965, 0.139572)
FIVE_LAYER_ABSORBED_ERROR = (7e-6, 4e-6, 4e-6, 17e-6, 32e-6)


def cases(n_photons: int = 100_000, seed: int = 1) -> list[CaseResult]:
    """Run every check of light transport.

    Parameters
    ----------
    n_photons : int
        Photons for each Monte Carlo case.
    seed : int
        Starts the random numbers, different ones for each case; the same seed gives the same table.

    Returns
    -------
    list of CaseResult
        In the order of the theory page.
    """
    first = seed * len(CASES)
    return [
        result for number, case in enumerate(CASES) for result in case(n_photons, first + number)
    ]


def van_de_hulst_slab(n_photons: int, seed: int) -> list[CaseResult]:
    """L1: a slab without refraction, by Monte Carlo and by adding-doubling."""
    optics = slab(0.2, 1.0, 9.0, 0.75, 1.0)
    field = transport(optics, PENCIL, _coarse_grid(0.2e-3), n_photons=n_photons, seed=seed)
    exact = layered_totals(optics)
    case = _Benchmark("L1", "scattering slab, no refraction", VAN_DE_HULST)
    rounding = 3e-6  # the table prints five digits
    return [
        case.reflectance(field, 0.09739, rounding),
        case.transmittance(field, 0.66096, rounding),
        case.within("R, adding-doubling", 0.09739, exact.reflectance, 1e-5),
        case.within("T, adding-doubling", 0.66096, exact.transmittance, 1e-5),
    ]


def giovanelli_half_space(n_photons: int, seed: int) -> list[CaseResult]:
    """L2: total reflectance of an isotropically scattering half-space that refracts."""
    optics = slab(math.inf, 1.0, 9.0, 0.0, 1.5)
    field = transport(optics, PENCIL, _coarse_grid(2e-3), n_photons=n_photons, seed=seed)
    exact = layered_totals(optics)
    case = _Benchmark("L2", "isotropic half-space, n 1.5", GIOVANELLI)
    total, error = field.reflectance + field.specular, field.reflectance_error
    return [
        case.within_error("R with specular", 0.2600, total, error, 1e-4),
        case.within("same, adding-doubling", 0.2600, exact.reflectance + exact.specular, 1e-4),
    ]


def three_layers(n_photons: int, seed: int) -> list[CaseResult]:
    """L3: the three layers of MCML's second sample."""
    field = transport(THREE_LAYERS, PENCIL, _coarse_grid(4e-3), n_photons=n_photons, seed=seed)
    case = _Benchmark("L3", "three layers, n 1.37", MCML)
    return [
        case.reflectance(field, 0.23786, 31e-5),
        case.transmittance(field, 0.09622, 19e-5),
        case.absorbed(field, 0.64155, 29e-5),
    ]


def forward_slab(n_photons: int, seed: int) -> list[CaseResult]:
    """L4: a slab that scatters forward and refracts on both sides."""
    case = _Benchmark("L4", "forward-scattering slab, n 1.4", ADDING_DOUBLING)
    return _against_adding_doubling(case, slab(1.0, 0.1, 10.0, 0.9, 1.4), n_photons, seed)


def strong_interface(n_photons: int, seed: int) -> list[CaseResult]:
    """L5: total reflection at an interface inside the medium."""
    case = _Benchmark("L5", "two layers, n 1.2 over 1.6", ADDING_DOUBLING)
    return _against_adding_doubling(case, STRONG_INTERFACE, n_photons, seed)


def five_layer_skin(n_photons: int, seed: int) -> list[CaseResult]:
    """L6: skin at 1064 nm under a flat-top beam of 5 mm; also the energy balance."""
    beam, grid = Beam("flat-top", 5e-3), _coarse_grid(11.9e-3)
    field = transport(FIVE_LAYER_SKIN, beam, grid, n_photons=n_photons, seed=seed)
    case = _Benchmark("L6", "five-layer skin, 1064 nm", SKIN_KERNEL)
    balance = _Benchmark("L6", "five-layer skin, 1064 nm", CONSERVATION)
    columns = zip(
        FIVE_LAYER_NAMES,
        FIVE_LAYER_ABSORBED,
        field.by_layer.tolist(),
        field.by_layer_error.tolist(),
        FIVE_LAYER_ABSORBED_ERROR,
        strict=True,
    )
    return [
        case.reflectance(field, 0.494194, 52e-6),
        *(case.within_error(f"absorbed, {name}", *numbers) for name, *numbers in columns),
        balance.within("energy balance", 1.0, field.balance, 1e-12),
    ]


def white_furnace(n_photons: int, seed: int) -> list[CaseResult]:
    """L8: without absorption every photon comes out of a mirror cell."""
    optics, beam = slab(1.0, 0.0, 10.0, 0.9, 1.4), Beam("flat-top", 0.5e-3)
    field = transport(
        optics, beam, _coarse_grid(1e-3), n_photons=n_photons, seed=seed, cell_radius=0.25e-3
    )
    out = field.specular + field.reflectance + field.transmittance
    case = _Benchmark("L8", "white slab in a mirror cell", CONSERVATION)
    return [case.within("R + T", 1.0, out, 1e-12)]


def reflectance_profile(n_photons: int, seed: int) -> list[CaseResult]:
    """L9: light that comes back 2 to 8 mm away from a pencil beam."""
    edges = np.concatenate([[0.0], np.linspace(2e-3, 8e-3, 25)])
    grid = Grid(r_edges=edges, z_edges=np.array([0.0, 1e-3]))
    optics = slab(math.inf, 0.01, 10.0, 0.9, 1.4)
    # a photon scatters thousands of times here, and the error of the theory is larger anyway
    few = max(n_photons // 4, FEWEST_PHOTONS)
    field = transport(optics, PENCIL, grid, n_photons=few, seed=seed)
    middle = np.sqrt(0.5 * (edges[1:-1] ** 2 + edges[2:] ** 2))
    theory = diffuse_reflectance(middle, mu_a=10.0, mu_s=1e4, anisotropy=0.9, index=1.4)
    expected = float(theory @ grid.ring_area[1:])
    found = float(field.radial_reflectance[1:] @ grid.ring_area[1:])
    errors = field.radial_reflectance_error[1:] * grid.ring_area[1:]
    case = _Benchmark("L9", "half-space far from the beam, n 1.4", DIFFUSION)
    return [
        case.within_error(
            "R from 2 to 8 mm",
            expected,
            found,
            float(np.sqrt(errors @ errors)),
            _DIFFUSION_ERROR * expected,
        )
    ]


def weak_absorption(n_photons: int, seed: int) -> list[CaseResult]:
    """L11: a thick slab that absorbs from all to a trillionth of what it scatters."""
    case = _Benchmark("L11", "slab of 5 mm, 100 /mm, g 0.9, n 1.4", ADDING_DOUBLING)
    accounts = _Benchmark("L11", "slab of 5 mm, 100 /mm, g 0.9, n 1.4", CONSERVATION)
    few = max(n_photons // 20, FEWEST_PHOTONS)  # a photon scatters two thousand times
    results, worst = [], 1.0
    for number, ratio in enumerate(WEAK_RATIOS):
        optics = absorbing_slab(ratio)
        # photons of its own for each, so that thirty deviations are thirty and not one
        own = seed * len(WEAK_RATIOS) + number
        field = transport(optics, PENCIL, _coarse_grid(5e-3), n_photons=few, seed=own)
        found, error = float(field.by_layer[0]), float(field.by_layer_error[0])
        expected = absorbed_by_slab(ratio)
        quantity = f"absorbed, mu_a/mu_t {ratio:.1e}"
        rounding = _ADDING_DOUBLING_ERROR * expected
        results.append(
            case.within_error(quantity, expected, found, error, rounding)
            if error > 0.0
            # all is absorbed on the first way: nothing is left to chance
            else case.within(quantity, expected, found, _SINGLE_PRECISION * expected)
        )
        worst = max(worst, field.absorbed_twice, key=lambda twice: abs(twice - 1.0))
    return [*results, accounts.within("absorbed by cells over by layers, worst", 1.0, worst, 2e-4)]


def absorbing_slab(ratio: float) -> LayeredOptics:
    """Return the slab of L11 with this mu_a / mu_t; where it is 1 nothing scatters."""
    if ratio == 1.0:
        return slab(5.0, 100.0, 0.0, 0.9, 1.4)
    return slab(5.0, 100.0 * ratio / (1.0 - ratio), 100.0, 0.9, 1.4)


def absorbed_by_slab(ratio: float) -> float:
    """Return the share that the slab of L11 absorbs.

    Where next to nothing is absorbed the share is in proportion to mu_a (to 2e-5 below 1e-8), and
    adding-doubling, which finds it as a difference of fluxes, would lose digits.
    """
    direct = max(ratio, _LINEAR)
    share = float(layered_totals(absorbing_slab(direct)).by_layer[0])
    scaled = absorbing_slab(ratio).mu_a[0] / absorbing_slab(direct).mu_a[0]
    return share * float(scaled)


def clear_absorber(n_photons: int, seed: int) -> list[CaseResult]:
    """L10: absorption without scattering, with every internal reflection."""
    optics = slab(1.0, 0.7, 0.0, 0.0, 1.5)
    field = transport(optics, PENCIL, _coarse_grid(1e-3), n_photons=n_photons, seed=seed)
    exact = clear_slab(700.0, 1e-3, 1.5, 1.0)
    case = _Benchmark("L10", "clear absorbing slab, n 1.5", CLOSED_FORM)
    return [
        case.reflectance(field, exact.reflectance, 0.0),
        case.transmittance(field, exact.transmittance, 0.0),
        case.absorbed(field, exact.absorbed, 0.0),
    ]


CASES: tuple[Case, ...] = (
    van_de_hulst_slab,
    giovanelli_half_space,
    three_layers,
    forward_slab,
    strong_interface,
    five_layer_skin,
    white_furnace,
    reflectance_profile,
    clear_absorber,
    weak_absorption,
)


def _coarse_grid(depth: float) -> Grid:
    return Grid(r_edges=np.linspace(0.0, 10e-3, 21), z_edges=np.linspace(0.0, depth, 21))


def _against_adding_doubling(
    case: _Benchmark, optics: LayeredOptics, n_photons: int, seed: int
) -> list[CaseResult]:
    grid = _coarse_grid(float(optics.thickness.sum()))
    field = transport(optics, PENCIL, grid, n_photons=n_photons, seed=seed)
    exact = layered_totals(optics)
    absorbed = float(exact.by_layer.sum())
    return [
        case.reflectance(field, exact.reflectance, _ADDING_DOUBLING_ERROR),
        case.transmittance(field, exact.transmittance, _ADDING_DOUBLING_ERROR),
        case.absorbed(field, absorbed, _ADDING_DOUBLING_ERROR),
    ]
