"""What shrinks a pore after five sessions of Laser Genesis: the mechanisms, one left out at a time.

Ends in one figure, ``why_pores_shrink.png``. Each row leaves one mechanism
out of the same ensemble; what the median loses is that mechanism's part. The parts do not add up:
an emptied plug lets new collagen settle around a smaller pore. The last rows ask what the operator
and the camera add: a session ended when the thermometer reads 43 degC, and the area of visible
pores, of which a small change of diameter moves a large part over the edge of visibility.
"""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from porelight.course.course import Course
from porelight.course.draws import physics_members
from porelight.course.settings import EnsembleSettings
from porelight.course.statistics import estimate
from porelight.laser.devices import laser_genesis
from porelight.session.ensemble import PhysicsEnsemble
from porelight.tissue.skin import Skin
from porelight.units import celsius

SKIN = Skin.typical("cheek", 3, 35.0, oiliness="oily")
DAY = 70.0  # two weeks after the last session, where pores are smallest
WITHOUT = {
    "everything at work": (),
    "plug not emptied": ("sebum_drop",),
    "new collagen without tension": ("deposition_pre_strain",),
    "stiffness unchanged": ("collagen_stiffness_exponent", "dermal_thickening"),
    "plug alone": (*("deposition_pre_strain", "collagen_stiffness_exponent", "dermal_thickening"),),
}


def decomposition(members=4, photons=3000, draws=100):
    """Return, by row, the changes of mean diameter and of visible area [-], each (n_draw,)."""
    ensemble = PhysicsEnsemble(SKIN, physics_members(members, 1), photons, 1)
    usual = laser_genesis()

    def followed(exposure, names):
        course = Course(SKIN, [exposure.on_day(14.0 * i) for i in range(5)])
        injuries = [ensemble.treat(exposure)] * 5
        off = {name: np.zeros(draws) for name in names}
        return course.follow(
            injuries, EnsembleSettings(draws, members, seed=1), days=(0.0, DAY), values=off
        )

    outcomes = {name: followed(usual, names) for name, names in WITHOUT.items()}
    lifted = laser_genesis(stop_at_surface=celsius(43.0))
    outcomes["stopped at 43 degC"] = followed(lifted, ())
    return {
        name: tuple(one.changes(what, DAY) for what in ("mean_diameter", "area_fraction"))
        for name, one in outcomes.items()
    }


def main():
    """Draw median and 90 % interval of each row."""
    rows = decomposition()
    figure = Figure(figsize=(8, 3.6), layout="constrained")
    panels = figure.subplots(1, 2, sharey=True)
    for axes, i, title in ((panels[0], 0, "mean diameter"), (panels[1], 1, "visible area")):
        for place, changes in enumerate(rows.values()):
            one = estimate(100.0 * changes[i])
            axes.plot([one.low, one.high], [place, place], color="0.6")
            axes.plot(one.median, place, "o", color="C0")
        axes.set(xlabel=f"change of {title}, %")
        axes.axvline(0.0, color="0.8", linewidth=0.8)
    panels[0].set_yticks(range(len(rows)), rows)
    panels[0].invert_yaxis()
    figure.savefig(Path("why_pores_shrink.png"), dpi=150)


if __name__ == "__main__":
    main()
