"""The textbook checks of the pore's mechanics: Kirsch, Lamé, Eshelby, order, and no dose.

Keys are those of the table in ``docs/theory/mechanics.md``.
"""

from dataclasses import replace

import numpy as np

from porelight.mechanics.finite_element import Pool, PoreGeometry, PoreProblem, deformed
from porelight.mechanics.mixture import RingCollagen
from porelight.mechanics.opening import RingHistory, pore_opening
from porelight.mechanics.ring import RingMechanics, RingMesh, opening, resting_opening, ring_mesh
from porelight.validation.case import CaseResult

_TITLE = "hole in a tensioned sheet"
_TEXTBOOK = "Timoshenko, Goodier, Theory of Elasticity, 3rd ed. (1970), articles 28 and 35"
_ESHELBY = "closed form of a plane-stress patch; Eshelby, Proc. R. Soc. A 241, 376 (1957)"
_INFLATION = "closed form; Bonet, Wood, Nonlinear Continuum Mechanics, 2nd ed. (2008)"
_GRADED = "closed form for a modulus that is a power of the radius"
_ROUNDING = 1e-12
_DAY = 86_400.0


def cases() -> list[CaseResult]:
    """Return every comparison of the mechanics, in a few seconds.

    Returns
    -------
    list of CaseResult
        M1 (hole, three constraints, order of convergence, finite strain) and K1 (zero dose), all
        deterministic.

    Examples
    --------
    >>> all(case.passed for case in cases())
    True
    """
    return [*_hole(), *_constraints(), _order(), *_finite_strain(), _zero_dose()]


def _case(
    quantity: str, expected: float, found: float, tolerance: float, source: str
) -> CaseResult:
    return CaseResult(
        key="M1",
        title=_TITLE,
        quantity=quantity,
        unit="1",
        expected=expected,
        found=found,
        standard_error=0.0,
        tolerance=tolerance,
        source=source,
    )


def _uniform(**changes: float) -> RingMechanics:
    """Return a pore in skin of one modulus."""
    return replace(RingMechanics.typical(), soft_ring_modulus=1.0, **changes)


def _hole() -> list[CaseResult]:
    mesh, nu, load = ring_mesh(), 0.45, 0.1
    tension = _uniform(poisson_ratio=nu, skin_tension=load, plug_pressure_at_rest=0.0)
    pressure = _uniform(poisson_ratio=nu, skin_tension=0.0, plug_pressure_at_rest=load)
    return [
        _case(
            "pore strain under equibiaxial tension E/10",
            2.0 * load,
            float(resting_opening(mesh, tension)[0]),
            _ROUNDING,
            _TEXTBOOK,
        ),
        _case(
            "pore strain under wall pressure E/10",
            (1.0 + nu) * load,
            float(resting_opening(mesh, pressure)[0]),
            _ROUNDING,
            _TEXTBOOK,
        ),
    ]


def _change(mesh: RingMesh, pore: RingMechanics, modulus: float, eigenstrain: float) -> float:
    """Strain of the pore since rest for uniform modulus and eigenstrain."""
    rings = np.ones((1, mesh.n_element))
    strain = eigenstrain * rings
    ratio = opening(mesh, pore, modulus * rings, strain, strain, np.ones(1))
    return float(np.log(ratio[0]))


def _constraints() -> list[CaseResult]:
    mesh = ring_mesh(20, extent=1e4)
    strain = 0.01
    found = []
    for name, constraint, expected in (
        ("free", 0.0, 1.0),
        ("in equal skin", 1.0, 0.0),
        ("clamped", 1e9, -3.0),
    ):
        pore = _uniform(
            poisson_ratio=0.5,
            skin_tension=0.0,
            plug_pressure_at_rest=0.0,
            patch_constraint=constraint,
        )
        slope = _change(mesh, pore, 1.0, strain) / strain
        found.append(_case(f"pore strain per eigenstrain, {name}", expected, slope, 1e-6, _ESHELBY))
    return found


def _order() -> CaseResult:
    """Order of convergence for a modulus r**power, from the errors on 20 and on 40 rings."""
    power, nu, extent, pressure = 0.7, 0.45, 6.0, 0.01
    # u = sum c r**root; pressure at the wall, equal skin of modulus 1 outside
    roots = np.roots([1.0, power, power * nu - 1.0])
    wall = (roots + nu) / (1.0 - nu**2)
    outer = extent ** (roots - 1.0) * (extent**power * wall + 1.0 / (1.0 + nu))
    exact = float(np.linalg.solve([wall, outer], [-pressure, 0.0]).sum())
    pore = _uniform(
        poisson_ratio=nu, skin_tension=0.0, plug_pressure_at_rest=pressure, patch_constraint=1.0
    )
    errors = []
    for n_element in (20, 40):
        mesh = ring_mesh(n_element, extent)
        none = np.zeros((1, n_element))
        graded = mesh.centre[np.newaxis, :] ** power
        ratio = opening(mesh, pore, graded, none, none, np.ones(1))
        rest = float(resting_opening(mesh, pore)[0])
        errors.append(abs(rest + float(np.log(ratio[0])) * (1.0 + rest) - exact))
    order = float(np.log2(errors[0] / errors[1]))
    return _case("order of convergence in ring width", 2.0, order, 0.05, _GRADED)


def _finite_strain() -> list[CaseResult]:
    """Inflation of an incompressible cylinder to half as wide again, and its order."""
    stretch, extent = 1.5, 3.0
    outer = np.sqrt(1.0 + (stretch**2 - 1.0) / extent**2)
    # neo-Hookean of modulus 1, plane strain: r^2 = R^2 + c
    pressure = (np.log(stretch / outer) + 0.5 * (outer**-2 - stretch**-2)) / 3.0
    errors = []
    for n_element in (4, 8):
        geometry = PoreGeometry.of(
            extent ** (np.arange(n_element + 1) / n_element), np.array([0.0, 0.3])
        )
        problem = PoreProblem(
            geometry,
            (Pool(lambda r, z: np.ones_like(r + z)),),
            0.5,
            wall_pressure=float(pressure),
            is_plane_strain=True,
        )
        errors.append(deformed(problem).orifice + 1.0 - stretch)
    order = float(np.log2(errors[0] / errors[1]))
    return [
        _case(
            "stretch of a thick incompressible cylinder under pressure",
            stretch,
            stretch + errors[1],
            1e-5,
            _INFLATION,
        ),
        _case("order of convergence at finite strain", 4.0, order, 0.5, _INFLATION),
    ]


def _zero_dose() -> CaseResult:
    """Largest movement of a pore in a year without treatment."""
    mesh = ring_mesh()
    times = np.linspace(0.0, 365.0, 13) * _DAY
    shape = (times.size, 1, mesh.n_element)
    renewal = 0.1 * np.log(2.0) / (60.0 * _DAY)
    values = (0.1, 0.9, 0.0, renewal, 0.1 * renewal)
    collagen = RingCollagen(mesh, *(np.full(shape, value) for value in values))
    still = np.ones((times.size, 1))
    history = RingHistory(times, collagen, still, 0.0 * still)
    ratio = pore_opening(history, RingMechanics.typical()).ratio
    return CaseResult(
        key="K1",
        title="no laser, no change",
        quantity="largest change of the pore's diameter in a year",
        unit="1",
        expected=0.0,
        found=float(np.abs(ratio - 1.0).max()),
        standard_error=0.0,
        tolerance=_ROUNDING,
        source="definition of homeostasis",
    )
