"""Ten years without a laser: the pores of an oily cheek with and without sunscreen and cleansing.

Ends in one figure, ``what_if_years.png``. Surveys find 0.6 to 1 % of collagen lost a year, most of
it to the sun (docs/theory/healing.md, ageing); what a plug does to a pore is a prior, not a
measurement, so the bands overlap and only the order of the curves is sure.
"""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from porelight.course import Care, Course
from porelight.outcome import interval
from porelight.tissue.skin import Skin

YEAR = 365.25  # d
SKIN = Skin.typical("cheek", 3, 35.0, oiliness="oily")
SUN = Care("unprotected-sun")
SCREEN, CLEANSING = Care("sun-protection"), Care("cleansing")
HABITS = {
    "sun, neither": (SUN,),
    "sunscreen": (SUN, SCREEN),
    "cleansing": (SUN, CLEANSING),
    "sunscreen and cleansing": (SUN, SCREEN, CLEANSING),
}


def what_if(years=10.0, draws=100):
    """Return the outcome of each habit."""
    days = np.linspace(0.0, years * YEAR, 41)
    return {
        name: Course(SKIN, care=care).follow([], draws=draws, seed=1, days=days)
        for name, care in HABITS.items()
    }


def main():
    """Draw area of the visible pores over the years, median and middle half of the draws."""
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.subplots()
    for name, outcome in what_if().items():
        low, median, high = 100.0 * interval(outcome.area_fraction, 0.5)
        years = outcome.day / YEAR
        axes.fill_between(years, low, high, alpha=0.15)
        axes.plot(years, median, label=name)
    axes.set(xlabel="years from age 35", ylabel="visible pores, % of the skin")
    axes.legend(frameon=False)
    figure.savefig(Path("what_if_years.png"), dpi=150)


if __name__ == "__main__":
    main()
