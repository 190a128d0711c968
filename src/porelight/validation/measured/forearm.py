"""Reflectance of the forearms to which the optics of people were fitted: calibration, no check."""

import numpy as np

from porelight.data.file_units import NM
from porelight.data.library import document
from porelight.inference.reflectance import reflectance_of_people
from porelight.tissue.forearm import ForearmSkin
from porelight.validation.case import CaseResult

_GOAL = 0.5  # standard deviations between people within which the mean must lie


def cases(seed: int = 1) -> list[CaseResult]:
    """Return the mean reflectance at each wavelength, measured and by the model's people.

    Parameters
    ----------
    seed : int
        Seed of the people.
    """
    table = document("validation", "forearm_reflectance")["forearm"]
    wavelength = np.array([NM.to_si(one) for one in table["wavelength"]])
    people = reflectance_of_people(ForearmSkin.typical, wavelength, seed=seed)
    return [
        CaseResult(
            key="R1",
            title="reflectance of the inner forearm, mean of 50 people",
            quantity=f"{NM.shown(float(at))}, within half a deviation between people",
            unit="1",
            expected=mean,
            found=float(found),
            standard_error=0.0,
            tolerance=_GOAL * deviation,
            source=table["source"],
            kind="calibration",
            specimen="living skin",
            experiment="50 forearms",
        )
        for at, mean, deviation, found in zip(
            wavelength, table["mean"], table["deviation"], people.mean, strict=True
        )
    ]
