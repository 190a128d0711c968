"""Light in and around a pore: a pore of the skin's own optics, and both kernels compared.

L7 fills every part of a follicle with what lies around it. Its surfaces are still met, but light
must not notice: the totals are those of plane layers, which adding-doubling gives without random
numbers. Energy balance alone does not see what this sees, such as a path that is drawn anew only
where it was found to be long.
"""

import math

from porelight.laser.beam import Beam
from porelight.light.adding_doubling import layered_totals
from porelight.light.follicle import AIR, Follicle, Gland, Hair, Medium, Plug
from porelight.light.transport import transport
from porelight.validation.case import CaseResult
from porelight.validation.code.light import FIVE_LAYER_SKIN, Case, slab
from porelight.validation.code.light_kernels import KernelComparison, blocks

# the parts of a facial follicle [m]
_OPENING, _FUNNEL, _DUCT, _DEPTH = 60e-6, 0.3e-3, 40e-6, 0.7e-3
_GLAND_DEPTH, _GLAND_RADIUS, _GLAND_HALF = 0.5e-3, 100e-6, 0.15e-3
_CELL = 0.25e-3
_SEBUM = Medium(mu_a=20.0, mu_s=8e3, anisotropy=0.85, refractive_index=1.46)
_KERATIN = Medium(mu_a=300.0, mu_s=15e3, anisotropy=0.9, refractive_index=1.5)
_GLAND = Medium(mu_a=40.0, mu_s=12e3, anisotropy=0.9, refractive_index=1.44)
_ADDING_DOUBLING_ERROR = 2e-5
_SOURCE = "plane layers, adding-doubling, porelight.light.adding_doubling"


def follicle(*, lumen: Medium, sebum: Medium, gland: Medium, hair: Medium) -> Follicle:
    """Return a follicle with every part, filled with these media."""
    return Follicle(
        opening_radius=_OPENING,
        funnel_depth=_FUNNEL,
        duct_radius=_DUCT,
        duct_depth=_DEPTH,
        lumen=lumen,
        duct=sebum,
        plug=Plug(depth=0.1e-3, medium=sebum),
        gland=Gland(_GLAND_DEPTH, _GLAND_RADIUS, _GLAND_HALF, gland),
        hair=Hair(radius=20e-6, depth=0.6e-3, medium=hair),
    )


def invisible_pore(n_photons: int, seed: int) -> list[CaseResult]:
    """L7: a pore filled with the slab in which it lies, in the open and in a mirror cell."""
    optics = slab(1.0, 0.3, 12.0, 0.9, 1.4)
    same = Medium(mu_a=300.0, mu_s=12e3, anisotropy=0.9, refractive_index=1.4)
    pore = follicle(lumen=same, sebum=same, gland=same, hair=same)
    exact = layered_totals(optics)
    results = []
    for number, (where, beam, cell) in enumerate(
        (
            ("0.3 mm beam", Beam("flat-top", 0.3e-3), math.inf),
            ("mirror cell", Beam("flat-top", 2 * _CELL), _CELL),
        )
    ):
        field = transport(
            optics,
            beam,
            blocks(radius=_CELL, depth=1e-3, n_r=10, n_z=10),
            n_photons=n_photons,
            seed=2 * seed + number,
            cell_radius=cell,
            follicle=pore,
        )
        found = (
            ("R", field.reflectance, field.reflectance_error, exact.reflectance),
            ("T", field.transmittance, field.transmittance_error, exact.transmittance),
        )
        results += [
            CaseResult(
                key="L7",
                title="pore filled with its surroundings",
                quantity=f"{name}, {where}",
                unit="1",
                expected=expected,
                found=share,
                standard_error=error,
                tolerance=0.0,
                source=_SOURCE,
                expected_error=_ADDING_DOUBLING_ERROR,
            )
            for name, share, error, expected in found
        ]
        results.append(
            CaseResult(
                key="L7",
                title="pore filled with its surroundings",
                quantity=f"energy balance, {where}",
                unit="1",
                expected=1.0,
                found=field.balance,
                standard_error=0.0,
                tolerance=1e-6,
                source="conservation of energy",
            )
        )
    return results


def _comparison(key: str, scene: str, pore: Follicle, *, in_cell: bool) -> KernelComparison:
    """Return both kernels' comparison in the skin around a pore."""
    optics = FIVE_LAYER_SKIN
    if in_cell:
        beam, grid = Beam("flat-top", 2 * _CELL), blocks(radius=_CELL, depth=3e-3, n_r=12, n_z=18)
        return KernelComparison(key, scene, optics, beam, grid, cell_radius=_CELL, follicle=pore)
    beam, grid = Beam("flat-top", 1e-3), blocks(radius=1e-3, depth=3e-3, n_r=14, n_z=18)
    return KernelComparison(key, scene, optics, beam, grid, follicle=pore)


_WITH_AIR = follicle(lumen=AIR, sebum=_SEBUM, gland=_GLAND, hair=_KERATIN)
_WITH_PLUG = follicle(lumen=_SEBUM, sebum=_SEBUM, gland=_GLAND, hair=_KERATIN)

CASES: tuple[Case, ...] = (
    invisible_pore,
    _comparison("F4", "pore with air, 1 mm beam", _WITH_AIR, in_cell=False),
    _comparison("F5", "pore with air, mirror cell", _WITH_AIR, in_cell=True),
    _comparison("F6", "plugged pore, 1 mm beam", _WITH_PLUG, in_cell=False),
    _comparison("F7", "plugged pore, mirror cell", _WITH_PLUG, in_cell=True),
)
