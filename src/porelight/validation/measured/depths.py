"""Published depths of ablation and of what stays behind, against the model's.

A range that holds most of what was measured is taken as 90 % of it; "up to" is a limit, and what
lies below agrees.
"""

import numpy as np

from porelight.data.file_units import J_PER_CM2, MS, NM
from porelight.data.library import Z95
from porelight.data.priors import member, typical_draws, uncertain
from porelight.session.ablation_depths import PublishedDepth, published_depths
from porelight.tissue.people import spread_of_people
from porelight.units import J_per_cm2, um
from porelight.validation.case import CaseResult, ComparisonKind

DRAWS = 8
_INPUTS = ("optics", "thermal", "heat", "ablation", "injury")
_COARSE = 0.5 * um
_OF_LIMIT = 0.1  # relative standard deviation with which a histologist reads "up to"


def cases(kind: ComparisonKind, *, n_draws: int = DRAWS, seed: int = 1) -> list[CaseResult]:
    """Return every published depth of a kind beside its prediction.

    Parameters
    ----------
    kind : {"calibration", "validation"}
        Those that set numbers of the model, or those that did not.
    n_draws : int
        Draws of the inputs.
    seed : int
        Seed of the draws.
    """
    role = "calibration" if kind == "calibration" else "check"
    people = set(spread_of_people().names)
    inputs = typical_draws(
        [one for one in uncertain(_INPUTS) if one.name not in people], n_draws, seed
    )
    draws = [member(inputs, index) for index in range(n_draws)]
    return [_case(row, kind, draws) for row in published_depths().values() if row.role == role]


def _case(row: PublishedDepth, kind: ComparisonKind, draws: list[dict[str, float]]) -> CaseResult:
    per_exposure = row.quantity == "ablated per exposure"
    size, unit = (um / J_per_cm2, "um cm2/J") if per_exposure else (um, "um")
    is_limit = row.low == 0.0

    # how far draws lie apart needs no fine cells
    found = np.array([row.predicted(values, cell=_COARSE) for values in draws]) / size
    return CaseResult(
        key="A1",
        title=f"ablation, {row.quantity}",
        quantity=f"{'at most, ' if is_limit else ''}{_exposure(row)}",
        unit=unit,
        expected=(row.high if is_limit else 0.5 * (row.low + row.high)) / size,
        found=row.predicted() / size,
        standard_error=float(found.std(ddof=1)),
        tolerance=0.0,
        source=row.source,
        expected_error=(_OF_LIMIT * row.high if is_limit else (row.high - row.low) / (2.0 * Z95))
        / size,
        kind=kind,
        specimen="living skin",
        experiment=row.name.partition("_")[0],
        is_limit=is_limit,
        differs=row.note,
    )


def _exposure(row: PublishedDepth) -> str:
    return (
        f"{NM.shown(row.wavelength)}, {J_PER_CM2.shown(row.radiant_exposure)}, "
        f"{MS.shown(row.duration)}"
    )
