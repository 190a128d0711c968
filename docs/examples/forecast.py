"""Five sessions of Laser Genesis on an oily nose: the pores over half a year.

Ends in one figure, ``forecast.png``. The equations are those of docs/theory/; no trial has
published the pore diameter after Laser Genesis alone, so the band is what is known.
"""

from pathlib import Path

import porelight as pl
from porelight.report.week_figures import weeks_figure
from porelight.units import J_per_cm2, celsius

skin = pl.Skin.typical(zone="nose", fitzpatrick=3, age=35, oiliness="oily")
genesis = pl.laser_genesis(radiant_exposure=14 * J_per_cm2, stop_at_surface=celsius(42))
course = pl.Course(skin, [genesis.on_day(14 * i) for i in range(5)])
outcome = course.simulate(draws=200, members=4, photons=20_000, seed=1)

weeks_figure(outcome).savefig(Path("forecast.png"), dpi=150, bbox_inches="tight")
