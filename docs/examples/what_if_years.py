"""Ten years without a laser: the pores of an oily cheek with and without sunscreen and cleansing.

Ends in one figure, ``what_if_years.png``; `porelight what-if` draws the same. Surveys find 0.6 to
1 % of collagen lost a year, a good part of it to the sun (docs/theory/healing.md, ageing); what a
plug does to a pore is a prior, not a measurement, so the bands overlap and only the order of the
curves is sure.
"""

from pathlib import Path

from porelight.inference.what_if import what_if
from porelight.report.drawing import save_figure
from porelight.report.what_if_figure import what_if_figure
from porelight.tissue.skin import Skin

SKIN = Skin.typical("cheek", 3, 35.0, oiliness="oily")


def main():
    """Draw area of the visible pores and collagen over the years, median and middle half."""
    save_figure(what_if_figure(what_if(SKIN, 10.0, draws=100)), Path("what_if_years.png"))


if __name__ == "__main__":
    main()
