"""Phase functions by tables, sources inside the layers and clear layers, by adding-doubling."""

from dataclasses import replace

import numpy as np

from porelight.grid import Grid
from porelight.laser.beam import Beam
from porelight.light.adding_doubling import LayeredTotals, layered_totals
from porelight.light.field import LightField
from porelight.light.transport import transport
from porelight.tissue.mie import Sphere, mie_scattering
from porelight.tissue.phase_functions import PhaseFunction
from porelight.validation.case import CaseResult
from porelight.validation.code.light import ADDING_DOUBLING, PENCIL, Case, layers

_ERROR = 2e-5  # of layered_totals with its default number of angles
_GRID = Grid(np.linspace(0.0, 10e-3, 21), np.linspace(0.0, 1.5e-3, 16))
# two layers of which neither matches the other or the air
LAYERS = layers(
    thickness_mm=[0.5, 1.0],
    mu_a_per_mm=[0.1, 0.05],
    mu_s_per_mm=[6.0, 3.0],
    anisotropy=[0.8, 0.3],
    index=[1.33, 1.45],
    index_below=1.0,
)
SPHERES = Sphere(2.03e-6, 1.59, 1.33, 632.8e-9)
# no light between 66 and 37 degrees: far from any formula
TABLE = PhaseFunction.of_density(
    np.array([-1.0, -0.5, 0.4, 0.8, 0.9, 1.0]), np.array([1.0, 1.0, 0.0, 0.0, 5.0, 9.0])
)


def tabled_layers(n_photons: int, seed: int) -> list[CaseResult]:
    """L12: spheres by Mie's theory over a layer that scatters by a table."""
    optics = replace(LAYERS, phase=(mie_scattering(SPHERES).phase, TABLE))
    field = transport(optics, PENCIL, _GRID, n_photons=n_photons, seed=seed)
    return _results("L12", "Mie spheres over a tabled layer", layered_totals(optics), field)


def source_inside(n_photons: int, seed: int) -> list[CaseResult]:
    """L13: a point that shines to all sides 0.2 mm deep."""
    point, depth = Beam("pencil", 0.0, spreading="isotropic"), 0.2e-3
    exact = layered_totals(LAYERS, incidence="isotropic", source_depth=depth)
    field = transport(LAYERS, point, _GRID, n_photons=n_photons, seed=seed, source_depth=depth)
    return _results("L13", "isotropic point 0.2 mm deep", exact, field)


def clear_layer(n_photons: int, seed: int) -> list[CaseResult]:
    """L14: 0.1 mm of water of 3.6e-5 /mm over a layer that scatters."""
    optics = layers(
        thickness_mm=[0.1, 0.9],
        mu_a_per_mm=[3.6e-5, 0.05],
        mu_s_per_mm=[0.0, 3.0],
        anisotropy=[0.0, 0.3],
        index=[1.33, 1.33],
        index_below=1.0,
    )
    field = transport(optics, PENCIL, _GRID, n_photons=n_photons, seed=seed)
    return _results("L14", "clear water over tissue", layered_totals(optics), field)


def _results(key: str, title: str, exact: LayeredTotals, field: LightField) -> list[CaseResult]:
    found = {
        "R": (field.reflectance, field.reflectance_error, exact.reflectance),
        "T": (field.transmittance, field.transmittance_error, exact.transmittance),
    }
    for i in range(field.n_layers):
        own = float(field.by_layer[i]), float(field.by_layer_error[i]), float(exact.by_layer[i])
        found[f"absorbed, layer {i + 1}"] = own
    return [
        CaseResult(
            key=key,
            title=title,
            quantity=quantity,
            unit="1",
            expected=expected,
            found=share,
            standard_error=error,
            tolerance=0.0,
            source=ADDING_DOUBLING,
            expected_error=_ERROR * expected,
        )
        for quantity, (share, error, expected) in found.items()
    ]


CASES: tuple[Case, ...] = (tabled_layers, source_inside, clear_layer)
