"""Plans for twenty skins: safe by fresh draws, and never worse than the best of their grid.

    uv run python benchmarks/plan_skins.py [--tries 300] [--fresh 60] [--first 0] [--last 20]

Types I to VI on cheek, nose and chin, of other ages, sexes and oiliness, and two more. Of the best
course of each the table tells what it does and risks, and its net gain beside that of the grid's
best. Then each of its sessions is simulated for members of the physics that the plan has not seen,
and those beyond a limit are counted against the chance that the limit allows.
"""

import argparse
import os
import time
import warnings
from dataclasses import replace

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from scipy.stats import binomtest

from porelight.course.laws import OWN_LAWS
from porelight.course.treatment import physics_ensemble
from porelight.planning.limits import HURT, SessionQuantities, binding, checks_of, hurt_at
from porelight.planning.search import PLANNED_WITH, propose
from porelight.session.ensemble import absorption_dominates
from porelight.tissue.person import roman
from porelight.tissue.skin import Skin

AGES, SEXES, OILINESS = (22.0, 35.0, 50.0, 65.0), ("female", "male"), ("dry", "normal", "oily")


def skins() -> list[Skin]:
    """Return the twenty."""
    found = []
    for i, (fitzpatrick, zone) in enumerate(
        (fitzpatrick, zone) for fitzpatrick in range(1, 7) for zone in ("cheek", "nose", "chin")
    ):
        found.append(
            Skin.typical(zone, fitzpatrick, AGES[i % 4], SEXES[i % 2], OILINESS[(i + i // 3) % 3])
        )
    return [
        *found,
        Skin.typical("forehead", 2, 28.0, "male", "oily"),
        Skin.typical("forehead", 4, 55.0, "female", "dry"),
    ]


def beyond_limits(skin: Skin, course, fresh: int) -> dict[str, tuple[float, int]]:
    """Return for each limit how many of so many fresh members lie beyond it, at most a session."""
    settings = replace(PLANNED_WITH, members=fresh, draws=5 * fresh, seed=PLANNED_WITH.seed + 1000)
    physics = physics_ensemble(skin, settings, OWN_LAWS)
    found: dict[str, tuple[float, int]] = {}
    for exposure in dict.fromkeys(session.exposure for session in course.sessions):
        results = physics.treat(exposure)
        quantities = SessionQuantities.of(skin, results)
        for name, beyond in over(skin, exposure, quantities, settings).items():
            found[name] = max(found.get(name, (0.0, fresh)), (beyond, fresh))
    return found


def over(skin: Skin, exposure, quantities: SessionQuantities, settings) -> dict[str, float]:
    """Return the number of members beyond each limit; of pain that of people hurt, per member."""
    n = quantities.felt.size
    counted: dict[str, float] = {}
    for i in range(n):
        # one member alone is beyond a limit or not
        for check in checks_of(skin, exposure, alone(quantities, i), settings):
            counted[check.limit] = counted.get(check.limit, 0.0) + check.chance
    if not absorption_dominates(skin, exposure.wavelength):
        counted[HURT] = n * hurt_at(skin, quantities.felt, settings).chance
    return counted


def alone(quantities: SessionQuantities, i: int) -> SessionQuantities:
    """Return what was found of one member."""
    return SessionQuantities(
        **{name: getattr(quantities, name)[i : i + 1] for name in quantities.__slots__}
    )


def main() -> None:
    """Plan for each skin, and count."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tries", type=int, default=300)
    parser.add_argument("--fresh", type=int, default=60)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--last", type=int, default=20)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    worse = 0
    total: dict[str, list[tuple[float, int, float]]] = {}
    for number, skin in list(enumerate(skins()))[asked.first : asked.last]:
        begin = time.perf_counter()
        plan = propose(skin, n_settings=asked.tries)
        took = time.perf_counter() - begin
        best = plan.candidates[0]
        grid = [one for one in plan.candidates if one.robust and is_of_grid(one.label)]
        best_of_grid = max(round(one.net, 2) for one in grid)
        print(
            f"{number:2d} {roman(skin.fitzpatrick):3s} {skin.zone:8s} {skin.age:.0f} {skin.sex[0]} "
            f"{skin.oiliness:6s} {took:5.0f} s | {best.label} | {100 * best.benefit.median:+.1f} % "
            f"({100 * best.benefit.low:+.1f} to {100 * best.benefit.high:+.1f}), better "
            f"{100 * best.better.chance:.0f} %, hurt {100 * best.hurt.chance:.1f} %, darkened "
            f"{100 * best.darkened.chance:.1f} %, wound {best.downtime_days:.0f} d, chair "
            f"{best.chair_time / 60:.0f} min, robust {best.robust} | net {best.net:+.3f}, grid's "
            f"best {best_of_grid:+.2f} | "
            + (
                f"{binding(best.checks).limit} {binding(best.checks).used:.2f}"
                if best.checks
                else ""
            )
            + f" | kept {plan.searched.kept} of {plan.searched.tried}, "
            f"{len(plan.searched.finalists)} finalists, "
            f"{sum('refused in full' in one.reason for one in plan.refused)} refused in full"
            f"{' | of the grid' if is_of_grid(best.label) else ''}",
            flush=True,
        )
        worse += bool(best.sessions) and round(best.net, 2) < best_of_grid
        if best.sessions:
            for name, (count, n) in beyond_limits(skin, best, asked.fresh).items():
                allowed = next(one.allowed for one in best.checks if one.limit == name)
                total.setdefault(name, []).append((count, n, allowed))
                print(f"      {name}: {count:.1f} of {n} fresh members, allowed {allowed:g}")
    print(f"worse than the grid: {worse}; together:")
    for name, rows in total.items():
        counts, n, allowed = sum(r[0] for r in rows), sum(r[1] for r in rows), rows[0][2]
        interval = binomtest(round(counts), n).proportion_ci(0.95)
        print(
            f"{name}: {counts:.1f} of {n}, share {counts / n:.4f} ({interval.low:.4f} to "
            f"{interval.high:.4f}), allowed {allowed:g}"
        )


def is_of_grid(label: str) -> bool:
    """Return whether a course is of the grid: only the search names a rate or an overlap."""
    return " Hz" not in label and "overlap" not in label


if __name__ == "__main__":
    np.set_printoptions(precision=3)
    main()
