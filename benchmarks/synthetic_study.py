"""A study of virtual subjects whose change is known: drawn, put through the commands, and judged.

    python benchmarks/synthetic_study.py draw FOLDER [--subjects 60]
    python benchmarks/synthetic_study.py run FOLDER [--store URL]
    python benchmarks/synthetic_study.py same FOLDER --store URL --store URL
    python benchmarks/synthetic_study.py effect FOLDER [--store URL]

``draw`` renders subjects of two arms at three visits in three zones. Pores of treated subjects are
a tenth narrower at week 6 and a fifth at week 12, each subject by a few per cent more or less;
those of the others stay, but for the same few per cent. Some photographs have a second take; some
are missing, blurred, dark, cut off in the middle, no picture, or the same file twice. A table as
Excel writes it in Germany tells of all, ``truth.csv`` of what was drawn, ``spoilt.csv`` of what was
done to it.

``run`` puts them through ``porelight study`` command by command, with the time and the memory of
each. ``same`` holds the numbers of two stores against each other, and ``effect`` those of one
against the truth.
"""

import argparse
import csv
import io
import math
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from porelight.render.phantom import careful_setting, phantom_look
from porelight.render.skin import RenderedSkin, render_skin
from porelight.store.address import store_address
from porelight.store.results import quantity_table
from porelight.store.store import open_store

ZONES = ("nose", "left cheek", "forehead")
VISITS = {"baseline": 0, "week6": 42, "week12": 84}  # day
RATIOS = {"baseline": 1.0, "week6": 0.9, "week12": 0.8}  # of the treated
_SPREAD_OF_CHANGE = 0.03  # log-SD, each subject at each visit
_SIDE, _SMALLEST, _SEEN = 0.014, 1.5e-4, 2.5e-4  # m
_DENSITY = {"nose": 85e4, "left cheek": 60e4, "forehead": 50e4}  # 1/m2
_BEGIN = date(2027, 1, 11)
SPOILT = {"missing": 12, "blurred": 6, "dark": 4, "cut off": 2, "no picture": 2, "twice": 2}
_SECOND_TAKES = 0.075


@dataclass(frozen=True, slots=True)
class Shot:
    """One photograph that was planned.

    Attributes
    ----------
    subject, arm, zone, visit, take : str
        Whose, where and when.
    day : int
        Days since the study began.
    seed : int
        Of the skin.
    ratio : float
        Factor of the diameters since the first visit [-].
    """

    subject: str
    arm: str
    zone: str
    visit: str
    take: str
    day: int
    seed: int
    ratio: float

    @property
    def file(self) -> str:
        """Path of the photograph below the folder, as Windows writes it."""
        return f"photos\\{self.subject}\\{self.visit}\\{self.zone} {self.take}.jpg"

    @property
    def key(self) -> tuple[str, str, str]:
        """What the truth is known by."""
        return self.subject, self.visit, self.zone


def planned(n: int) -> Iterator[Shot]:
    """Yield all photographs of a study of n subjects."""
    draw = np.random.default_rng(1)
    for i in range(n):
        arm = "treated" if i % 2 else "control"
        begin = int(draw.integers(0, 60))
        for visit, day in VISITS.items():
            usual = RATIOS[visit] if arm == "treated" else 1.0
            own = math.exp(_SPREAD_OF_CHANGE * draw.standard_normal()) if day else 1.0
            late = int(draw.integers(-3, 4)) if day else 0
            for k, zone in enumerate(ZONES):
                takes = ("1", "2") if draw.random() < _SECOND_TAKES else ("1",)
                for take in takes:
                    yield Shot(f"S{i + 1:03d}", arm, zone, visit, take, begin + day + late,
                               100 * i + k, usual * own)  # fmt: skip


def rendered(shot: Shot, number: int) -> RenderedSkin:
    """Return a photograph; the lamp stands where it stood at the first visit, as a study has it."""
    draw = np.random.default_rng(shot.seed)
    n = int(_DENSITY[shot.zone] * _SIDE**2 * math.exp(0.15 * draw.standard_normal()))
    median = 3.5e-4 * math.exp(0.08 * draw.standard_normal())
    diameter = np.clip(median * np.exp(0.3 * draw.standard_normal(n)), _SMALLEST, 9e-4)
    light, _ = careful_setting(np.random.default_rng([shot.seed]))
    _, camera = careful_setting(np.random.default_rng([shot.seed, number]))
    look = phantom_look(1 + shot.seed // 100 % 4)
    return render_skin(
        diameter, ratio=shot.ratio, look=look, light=light, camera=camera,
        size=(_SIDE, _SIDE), seed=shot.seed,
    )  # fmt: skip


def truth_of(skin: RenderedSkin) -> dict[str, float]:
    """Return what a measurement should find, under its names."""
    seen = skin.diameter[skin.visible(_SEEN)]
    low, mid, high = np.percentile(seen, [10, 50, 90]) * 1e3
    return {
        "density_per_cm2": seen.size / (_SIDE**2 * 1e4),
        "area_fraction": float((skin.visible_labels(_SEEN) > 0).mean()),
        "diameter_mm_p10": low,
        "diameter_mm_p50": mid,
        "diameter_mm_p90": high,
    }


def draw_study(folder: Path, n: int) -> None:
    """Draw all photographs with their tables."""
    shots = list(planned(n))
    chance = random.Random(2)  # noqa: S311  no secrets here
    share = len(shots) / 580.0
    fates = [what for what, k in SPOILT.items() for _ in range(max(1, round(share * k)))]
    chosen = dict(zip(chance.sample(range(1, len(shots)), len(fates)), fates, strict=True))
    truth: dict[tuple[str, str, str], dict[str, float]] = {}
    before = b""
    for i, shot in enumerate(shots):
        skin = rendered(shot, i)
        truth.setdefault(shot.key, truth_of(skin))
        content = spoiled(skin, chosen.get(i, ""), before)
        if content is not None:
            file = folder / shot.file.replace("\\", "/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
            before = content
    write(folder / "truth.csv", [
        {"subject": key[0], "visit": key[1], "zone": key[2], **row} for key, row in truth.items()
    ])  # fmt: skip
    write(folder / "spoilt.csv", [
        {"file": shots[i].file, "what": what} for i, what in sorted(chosen.items())
    ])  # fmt: skip
    rows = [
        {"subject": s.subject, "visit": s.visit, "date": german(s.day), "zone": s.zone,
         "take": s.take, "file": s.file, "scale": "12,0", "arm": s.arm}
        for s in shots
    ]  # fmt: skip
    table = io.StringIO()
    sheet = csv.DictWriter(table, list(rows[0]), delimiter=";", lineterminator="\r\n")
    sheet.writeheader()
    sheet.writerows(rows)
    (folder / "photographs.csv").write_bytes(table.getvalue().encode("utf-8-sig"))
    print(f"{len(shots)} photographs of {n} subjects planned, {len(chosen)} of them spoilt")


def spoiled(skin: RenderedSkin, what: str, before: bytes) -> bytes | None:
    """Return the file of a photograph, after what was done to it; None if it is missing."""
    picture = Image.fromarray(skin.pixels)
    if what == "blurred":
        picture = picture.filter(ImageFilter.GaussianBlur(5.0))
    if what == "dark":
        picture = picture.point(lambda value: value // 9)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=95)
    content = file.getvalue()
    others = {
        "missing": None,
        "cut off": content[: len(content) // 2],
        "no picture": b"%PDF-1.7\n" + content,
        "twice": before,
    }
    return others.get(what, content)


def german(day: int) -> str:
    """Return a date as Excel shows it in Germany."""
    return (_BEGIN + timedelta(days=day)).strftime("%d.%m.%Y")


def write(path: Path, rows: list[dict[str, str]] | list[dict[str, float | str]]) -> None:
    """Write a table."""
    with path.open("w", encoding="utf-8", newline="") as file:
        sheet = csv.DictWriter(file, list(rows[0]))
        sheet.writeheader()
        sheet.writerows(rows)


def run_commands(folder: Path, store: str) -> None:
    """Put a study through the commands, and print what each took."""
    lines = [
        ["init", "synthetic"],
        ["import", "photographs.csv"],
        ["measure"],
        ["compare", "--baseline", "baseline"],
        ["analyse", "-o", "analysis.html"],
        ["export", "--to", "csv", "-o", "tables"],
    ]
    environment = {**os.environ, "PORELIGHT_STORE": store}
    for line in lines:
        at, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
        ended = subprocess.run(
            [sys.executable, "-m", "porelight", "study", *line],
            cwd=folder, env=environment, text=True, capture_output=True, check=False,
        )  # fmt: skip
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(
            f"== study {' '.join(line)}: ended with {ended.returncode}, "
            f"{time.monotonic() - at:.1f} s, {cpu:.1f} s of processors"
        )
        print(ended.stdout[-3000:] + ended.stderr[-6000:], flush=True)


def numbers(store: str) -> dict[tuple[str, ...], tuple[float, float, float]]:
    """Return every number of a store."""
    with open_store(store_address(store)) as opened:
        rows = quantity_table(opened, "the synthetic study")
    return {
        (r.place.subject, r.place.visit, r.place.zone, r.place.take, r.place.arm, r.quantity): (
            r.value, r.low, r.high
        )
        for r in rows
    }  # fmt: skip


def same(stores: list[str]) -> None:
    """Hold the numbers of two stores against each other."""
    one, other = map(numbers, stores)
    differ = [key for key in one.keys() & other.keys() if one[key] != other[key]]
    print(
        f"{len(one)} and {len(other)} numbers, {len(one.keys() ^ other.keys())} of one store only, "
        f"{len(differ)} that differ"
    )
    if differ or one.keys() != other.keys() or not one:
        sys.exit(1)


def effect(folder: Path, store: str) -> None:
    """Hold the change of treated against other subjects, as measured, against the truth."""
    with (folder / "truth.csv").open(encoding="utf-8") as file:
        truth = {(r["subject"], r["visit"], r["zone"]): r for r in csv.DictReader(file)}
    found = numbers(store)
    for quantity in ("area_fraction", "density_per_cm2", "diameter_mm_p50", "diameter_mm_p90"):
        for visit in ("week6", "week12"):
            shown = []
            for source in ("true", "measured"):
                of: dict[tuple[str, str], dict[str, list[float]]] = {}
                for (subject, at, zone, _, arm, name), (value, _, _) in found.items():
                    if name == quantity:
                        told = float(truth[subject, at, zone][name]) if source == "true" else value
                        of.setdefault((subject, zone), {}).setdefault(at, []).append(told)
                        of[subject, zone].setdefault(f"arm {arm}", [])
                arms: dict[str, dict[str, list[float]]] = {}
                for (subject, _), visits in of.items():
                    if "baseline" in visits and visit in visits:
                        arm = next(one for one in visits if one.startswith("arm "))
                        ratio = np.log(np.mean(visits[visit]) / np.mean(visits["baseline"]))
                        arms.setdefault(arm, {}).setdefault(subject, []).append(float(ratio))
                means = {a: np.array([np.mean(v) for v in s.values()]) for a, s in arms.items()}
                treated, control = means["arm treated"], means["arm control"]
                error = math.hypot(*(x.std(ddof=1) / math.sqrt(x.size) for x in means.values()))
                shown.append(
                    f"{source} x {math.exp(treated.mean() - control.mean()):.3f} "
                    f"(+- {1.96 * error:.3f})"
                )
            print(f"{quantity:18s} {visit:7s} {'   '.join(shown)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("do", choices=("draw", "run", "same", "effect"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--subjects", type=int, default=60)
    parser.add_argument("--store", action="append")
    asked = parser.parse_args()
    stores = asked.store or [str(asked.folder.absolute() / "study.db")]
    if asked.do == "draw":
        draw_study(asked.folder, asked.subjects)
    elif asked.do == "run":
        run_commands(asked.folder, stores[0])
    elif asked.do == "same":
        same(stores)
    else:
        effect(asked.folder, stores[0])
