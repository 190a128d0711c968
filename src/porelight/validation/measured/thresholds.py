"""Published thresholds of burns, bubbles and purpura against the model's, each by its end point.

What nobody knows of the inputs (optics, heat, injury; a pig's numbers within their ranges) is drawn
and makes the standard error of the prediction; what people and pigs differ in is left in the
middle, as in a median over many of them. Rows of one experiment share what is wrong with it: 22
blisters are no 22 experiments (`CaseResult.experiment`).
"""

from dataclasses import replace

import numpy as np

from porelight.course.draws import PHYSICS
from porelight.data.file_units import MM, NM
from porelight.data.library import table
from porelight.data.priors import member, typical_draws, uncertain
from porelight.quantities import Floats
from porelight.session.published import PublishedThreshold, published_thresholds
from porelight.tissue.people import spread_of_people
from porelight.units import J_per_cm2
from porelight.validation.case import CaseResult, ComparisonKind
from porelight.validation.measured.experiments import experiment_of

DRAWS = 6
# thresholds are medians over animals: ranges between single ones say nothing of them
_OF_SINGLE_PIGS = frozenset(
    {"epidermis_thickness_yucatan", "epidermis_thickness_yorkshire", "basal_layer_thickness_pig"}
)
# what both thresholds of bubbles, which set it, leave open (note in pig.toml)
_PIGMENT, _PIGMENT_RANGE = "melanosome_fraction_yucatan", (0.025, 0.046)
PHOTONS = 20_000


def cases(
    kind: ComparisonKind, *, n_draws: int = DRAWS, photons: int = PHOTONS, seed: int = 1
) -> list[CaseResult]:
    """Return every published threshold of a kind beside its prediction.

    Parameters
    ----------
    kind : {"calibration", "validation"}
        Those that set a number of the model, or those that did not.
    n_draws : int
        Draws of the inputs.
    photons : int
        Photons of each prediction; a quarter of them for each draw.
    seed : int
        Seed of draws and photons.
    """
    role = "calibration" if kind == "calibration" else "prediction"
    rows = [one for one in published_thresholds().values() if one.role == role]
    return [_case(row, kind, n_draws, photons, seed) for row in rows]


def uncertain_inputs(row: PublishedThreshold, n_draws: int, seed: int) -> dict[str, Floats]:
    """Return draws of what nobody knows of the skin that was exposed, (n_draws,) each [SI].

    Numbers of people's optics are known from spectra and stay at the median; so does what the row
    states itself. A pig's numbers have ranges and no prior: they are taken as lognormal.
    """
    own = set(row.target().values) | set(spread_of_people().names)
    parameters = [one for one in uncertain(PHYSICS) if one.name not in own]
    if row.skin != "human":
        parameters += [
            replace(one, prior="lognormal")
            for name, one in table("tissue", "pig").items()
            if 0.0 < one.low < one.high and name not in {*_OF_SINGLE_PIGS, _PIGMENT}
        ]
        low, high = _PIGMENT_RANGE
        pigment = table("tissue", "pig")[_PIGMENT]
        parameters.append(replace(pigment, prior="lognormal", low=low, high=high))
    return typical_draws(parameters, n_draws, seed)


def _case(
    row: PublishedThreshold, kind: ComparisonKind, n_draws: int, photons: int, seed: int
) -> CaseResult:
    experiment = experiment_of(row.name)
    inputs = uncertain_inputs(row, n_draws, seed)
    found = row.predicted(n_photons=photons, seed=seed).peak_radiant_exposure
    drawn = (member(inputs, index) for index in range(n_draws))
    around = np.log(
        [
            row.predicted(values, n_photons=photons // 4, seed=seed).peak_radiant_exposure
            for values in drawn
        ]
    )
    published = row.radiant_exposure / J_per_cm2
    return CaseResult(
        key="B1",
        title=experiment.about,
        quantity=f"{row.end_point}, {_exposure(row)}",
        unit="J/cm2",
        expected=published,
        found=found / J_per_cm2,
        standard_error=float(around.std(ddof=1)) * found / J_per_cm2,
        tolerance=0.0,
        source=row.source,
        expected_error=experiment.error * published,
        kind=kind,
        specimen=experiment.specimen,
        experiment=experiment.about,
        is_factor=True,
        differs=experiment.differs,
    )


def _exposure(row: PublishedThreshold) -> str:
    lit = "soot" if row.blackened else NM.shown(row.wavelength)
    return f"{lit}, {MM.shown(row.spot_diameter)}, {row.duration:g} s"
