"""One good file of every kind that porelight reads, and how it is read and first used.

Shared by the long fuzzer (`fuzz_files.py`) and the tests of habits and of damaged files. A file
that is made by hours of computing (an outcome, a state, a run) is made here by seconds of it.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Literal

import numpy as np

from porelight.files.beam_files import read_beam_image, read_radial_profile
from porelight.files.course_states import load_course_state, save_course_state
from porelight.files.courses import read_course, read_skin
from porelight.files.device_files import read_device
from porelight.files.jnii import read_jnii, write_jnii
from porelight.files.light_case import LightCase, read_light_case
from porelight.files.light_runs import light_dataset, load_light_run, save_light_run
from porelight.files.long_table import write_long_table
from porelight.files.mcml_input import read_mci
from porelight.files.mcml_output import read_mco
from porelight.files.mcx import write_mcx_case
from porelight.files.mcx_inp import read_mcx_inp
from porelight.files.mcx_reader import read_mcx_case
from porelight.files.outcomes import load_outcome, save_outcome
from porelight.files.plans import FORMAT as PLAN
from porelight.files.plans import load_plan_document
from porelight.files.polygons import read_zone
from porelight.files.possible_pores import read_possible
from porelight.files.pulse_paths import read_pulse_path
from porelight.files.repeats import read_repeats
from porelight.files.sensitivities import FORMAT as SENSITIVITY
from porelight.files.sensitivities import load_sensitivity
from porelight.files.summaries import FORMAT as SUMMARY
from porelight.files.summaries import load_summary
from porelight.files.temporal_profiles import read_temporal_profile
from porelight.report.measured_table import measurement_rows
from porelight.report.page import report_page
from porelight.report.sensitivity_figure import leading_factors
from porelight.report.tables import (
    check_rows,
    plan_rows,
    refusal_rows,
    sensitivity_rows,
)
from porelight.tissue.person import roman
from porelight.workflows.forecast import forecast
from porelight.workflows.light import light_run

Form = Literal["toml", "json", "table", "numbers", "lines", "netcdf", "npy"]
"""What a file is written in; "numbers" are a table without a heading, "lines" of a fixed order."""

ZONE = (480, 720)  # rows and columns of the photograph that zones are drawn on

COURSE = """\
# A course.
[skin]
zone = "cheek"
fitzpatrick = 3
age_years = 35
sex = "female"
oiliness = "oily"

[[session]]
day = 0
device = "laser-genesis"
radiant_exposure_j_cm2 = 14
spot_mm = 5
pulse_ms = 0.3
rate_hz = 7
pulses = 200
area_cm2 = 10.5
stop_at_surface_c = 43
cooling = "cold-air"

[[session]]
day = 28.0
device = "pearl"
radiant_exposure_j_cm2 = 3.5

[[session]]
day = 56
device = "laser-genesis"
path_file = "path.csv"

[[care]]
kind = "cleansing"
from_day = 0

[simulation]
draws = 50
members = 2
seed = 1000
last_day = 90
"""

SKIN = """\
[skin]
zone = "nose"
fitzpatrick = 2
age_years = 44.5

[[skin.layer]]
name = "epidermis"
thickness_um = 80
"""

LIGHT = """\
index_below = 1.0
[beam]
profile = "gaussian"
diameter_mm = 2.5
tilt_deg = 10.0

[[layer]]
name = "upper"
thickness_mm = 1.0
mu_a_per_mm = 0.2
mu_s_per_mm = 5.0
anisotropy = 0.8
refractive_index = 1.4

[[layer]]
thickness_mm = 3
mu_a_per_mm = 0.05
mu_s_per_mm = 12.5
anisotropy = 0.9
refractive_index = 1.38

[grid]
radius_mm = 2.0
depth_mm = 4.0
first_um = 100.0

[[box]]
name = "top"
depth_mm = [0.0, 0.5]
radius_mm = [0.0, 1.0]
"""

PORE = """\
[beam]
profile = "flat-top"
diameter_mm = 5.0
[skin]
zone = "cheek"
fitzpatrick = 3
age_years = 40
wavelength_nm = 1064
[grid]
radius_mm = 3.0
depth_mm = 2.0
first_um = 50.0
growth = 1.05
largest_um = 200.0
[follicle]
pore_diameter_um = 300
hair_diameter_um = 0
plug_fill = 0.3
[follicle.plug]
mu_a_per_mm = 0.01
mu_s_per_mm = 5.0
anisotropy = 0.8
refractive_index = 1.4
[weight_window]
reach_mm = 2.5
floor = 0.02
"""

SMALL_COURSE = """\
[skin]
zone = "cheek"
fitzpatrick = 3
age_years = 35
[[session]]
day = 0
device = "laser-genesis"
pulses = 20
area_cm2 = 1
[[session]]
day = 28
device = "pearl"
[[care]]
kind = "cleansing"
[simulation]
draws = 8
members = 1
photons = 1000
last_day = 40
"""

RADIAL = "radius_mm,irradiance\n0,1\n0.5,0.88\n1,0.61\n1.5,0.32\n2.25,0.03\n"
BEAM_FILE = '[beam]\nfile = "{name}"\n{more}' + LIGHT[LIGHT.index("\n[[layer]]") :]
REPEATS = "subject,repeat,count,area_fraction\n" + "".join(
    f"S{subject},{repeat},{200 + 10 * subject + repeat},{0.01 * subject + 0.001 * repeat:.4f}\n"
    for subject in (1, 2, 3)
    for repeat in (1, 2, 10)
)
PATH = "time_s,x_mm,y_mm\n0,0,0\n0.2,1.5,0\n0.4,3,-0.75\n0.6,4.5,0\n"
PULSE = "time_ms,power\n0,0\n0.1,5\n0.25,5.5\n0.4,0\n"
CORNERS = (
    "polygon,col,row\na,10,10\na,300.5,10\na,300.5,200\n"
    "exclude,20,20\nexclude,60,20\nexclude,60,50\n"
)
POSSIBLE = "diameter_factor,density_factor\n" + "".join(
    f"{1 + 0.01 * i},{1 - 0.02 * i}\n" for i in range(10)
)

MCML_RUN = """\
{name} A  # output, in text
5000
0.01 0.01
20 30 1
2
1.0
1.4 2 100 0.8 0.05  # n mua mus g d
1.37 0.5 80 0.9 0.2
1.0
"""
MCML = "1.0\n2\n" + MCML_RUN.format(name="a.mco") + MCML_RUN.format(name="b.mco")
MCML_OUTPUT = (
    "A1\nInParm\n"
    + MCML_RUN.format(name="a.mco")
    + "RAT\n0.03\n0.3\n0.5\n0.17\nA_l\n0.2\n0.3\nA_z\n"
)
MCX_INP = """\
1000  # photons
7
41 41 1
0 0 1
0 5e-9 5e-9
shapes.json
0.5 80 1 80
0.5 80 1 80
0.5 20 1 20
1
8 0.85 0.02 1.38
1 2
10 10 1
"""
SHAPES = '{"Shapes": [{"Grid": {"Tag": 1, "Size": [80, 80, 20]}}]}'


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file.

    Attributes
    ----------
    form : str
        What it is written in.
    name : str
        Its name, with the ending.
    write : callable
        Writes a good one; the path is given.
    read : callable
        Reads it and makes of it what the first use makes: tables, objects, messages.
    beside : mapping of str to str
        Name and text of the files that it names.
    """

    form: Form
    name: str
    write: Callable[[Path], object]
    read: Callable[[Path], object]
    beside: Mapping[str, str] = field(default_factory=dict)

    def made(self, folder: Path) -> Path:
        """Write a good file and those it names into a folder."""
        for name, text in self.beside.items():
            (folder / name).write_text(text, encoding="utf-8")
        self.write(folder / self.name)
        return folder / self.name


def text(content: str) -> Callable[[Path], object]:
    """Return what writes a text."""
    return lambda path: path.write_text(content, encoding="utf-8")


def document(content: object) -> Callable[[Path], object]:
    """Return what writes a JSON document."""
    return text(json.dumps(content, indent=1))


def estimate(value: float) -> dict[str, float]:
    """Return a number with its interval."""
    return {"value": value, "low": 0.9 * value, "high": 1.1 * value}


def summary() -> dict[str, object]:
    """Return the summary of a measurement."""
    return {
        "format": SUMMARY,
        "porelight_version": "0.1.0",
        "notice": "",
        "photograph": {
            "name": "a.png",
            "cols_px": 720,
            "rows_px": 480,
            "px_per_mm": 25.0,
            "scale_error_percent": 1.0,
        },
        "settings": {"zone": "cheek", "false_discovery": None},
        "zone": "cheek",
        "zone_area_cm2": 5.0,
        "interval_coverage": 0.9,
        "found": 211,
        "counted_from_mm": 0.1,
        "count": estimate(200.0),
        "density_per_cm2": estimate(40.0),
        "area_fraction": estimate(0.0125),
        "diameter_mm": {"p10": estimate(0.1), "p50": estimate(0.25), "p90": estimate(0.5)},
        "estimated_false_share": 0.1,
        "unlabelled_share": 0.2,
        "rejected": {"highlights": 3, "hairs": 1, "wrinkles": 0, "folds": 0, "moles": 2},
        "scale": {"px_per_mm": 25.0, "error_percent": 1.0, "source": "known", "note": ""},
        "quality": [
            {
                "name": "blur",
                "value": 0.5,
                "unit": "1",
                "limited_beyond": 0.3,
                "refused_beyond": 0.1,
                "verdict": "fine",
                "source": "a benchmark",
            }
        ],
        "tone": {
            "is_absolute": True,
            "typology_angle_deg": estimate(30.0),
            "typology": "intermediate",
            "lightness": 60.5,
            "red_green": 12.0,
            "blue_yellow": 14.0,
            "erythema_index": 25.5,
            "shiny_share": 0.01,
            "shine": 0.1,
            "texture": 0.02,
        },
        "warnings": ["The lamp is low."],
    }


def plan() -> dict[str, object]:
    """Return a plan with one candidate."""
    session = {"day": 0, "device": "pearl", "radiant_exposure_j_cm2": 2.5}
    return {
        "format": PLAN,
        "skin": {"zone": "cheek", "fitzpatrick": 3, "age_years": 35},
        "goal": "pore-area",
        "verdict": "One course is safe.",
        "seed": 1,
        "plans": [
            {
                "label": "Pearl 2.5 J/cm2",
                "change": {"low": -0.2, "median": -0.1, "high": 0.0},
                **{f"{name}_share": 0.1 for name in ("better", "worse", "painful", "darkening")},
                **{
                    f"{name}_open": {"low": 0.0, "high": 0.5}
                    for name in ("better", "worse", "painful", "darkening")
                },
                "net_share": -0.2,
                "downtime_days": 3.0,
                "on_front": True,
                "why": "closest limit burn",
                "sessions": [session],
                "checks": [
                    {"limit": "burn", "chance": 0.005, "allowed": 0.01, "detail": "50 degC"}
                ],
            }
        ],
        "safety": ["Wear goggles."],
        "refused": [{"setting": "Pearl 3.5 J/cm2", "reason": "too dark a skin"}],
    }


def sensitivity() -> dict[str, object]:
    """Return a table of sensitivities."""
    factor = {
        "evidence": "seen",
        "total_order": 0.5,
        "total_order_error": 0.1,
        "first_order": 0.25,
        "first_order_error": 0.05,
    }
    return {
        "format": SENSITIVITY,
        "outcome": "area_fraction",
        "day": 84.0,
        "runs": 768,
        "seed": 1,
        "factors": [{"name": name, **factor} for name in ("clearance_time", "physics")],
    }


def labelme() -> dict[str, object]:
    """Return a zone drawn in LabelMe."""
    return {
        "version": "5.4",
        "flags": {},
        "shapes": [
            {"label": "skin", "shape_type": "rectangle", "points": [[10, 10], [300.5, 200]]},
            {"label": "exclude hair", "points": [[20, 20], [60, 20], [60, 50.5]]},
        ],
        "imagePath": "photo.png",
        "imageData": None,
        "imageHeight": ZONE[0],
        "imageWidth": ZONE[1],
    }


def light_case() -> LightCase:
    """Return a light case that MCX can represent."""
    layer = {"mu_a_per_mm": 0.1, "mu_s_per_mm": 10.0, "anisotropy": 0.9, "refractive_index": 1.4}
    return LightCase.model_validate(
        {
            "beam": {"profile": "flat-top", "diameter_mm": 1.0},
            "layer": [{**layer, "thickness_mm": 0.5}, {**layer, "thickness_mm": 1.5}],
            "index_below": 1.0,
            "grid": {"depth_mm": 2.0},
        }
    )


def used_course(path: Path) -> object:
    """Read a course as ``porelight simulate`` does."""
    content = read_course(path)
    return content, content.course.observation_days(content.last_day)


def used_case(path: Path) -> object:
    """Read a light case as ``porelight light run`` does."""
    return read_light_case(path).setup()


def used_plan(path: Path) -> object:
    """Read a plan as ``porelight report --plan`` does."""
    found = load_plan_document(path)
    checks = [check_rows(one) for one in found["plans"]]
    words = (
        f"{found['verdict']} {found['skin']['age_years']:g} {roman(found['skin']['fitzpatrick'])}"
    )
    return plan_rows(found), checks, refusal_rows(found), words


def used_sensitivity(path: Path) -> object:
    """Read sensitivities as ``porelight report --sensitivity`` does."""
    found = load_sensitivity(path)
    return leading_factors(found), sensitivity_rows(found), f"{found['day']:g} {found['runs']}"


def used_outcome(path: Path) -> object:
    """Read an outcome as ``porelight export`` does, and print it."""
    outcome = load_outcome(path)
    write_long_table(outcome, path.with_suffix(".csv"))
    return repr(outcome)


def reported(path: Path) -> object:
    """Read an outcome as ``porelight report`` does: all tables and figures."""
    return report_page(load_outcome(path))


def used_run(path: Path) -> object:
    """Read a run of photons as ``porelight light run --resume`` and ``export`` do."""
    run, case = load_light_run(path)
    return light_dataset(run, case.setup()), [run.share(name) for name in run.names]


def simulated(path: Path) -> None:
    """Write the outcome of a small course, and beside it its state."""
    text(SMALL_COURSE)(path.with_suffix(".toml"))
    content = read_course(path.with_suffix(".toml"))
    done = forecast(content.course, content.settings, last_day=content.last_day, keep_day=35.0)
    save_outcome(done.outcome, path)
    if done.state is not None:
        save_course_state(done.state, path.with_name(STATE))


def traced(path: Path) -> None:
    """Write a run of a few photons."""
    text(LIGHT)(path.with_suffix(".toml"))
    case = read_light_case(path.with_suffix(".toml"))
    save_light_run(light_run(case.setup(), photons=20_000, seed=1).run, case, path)


STATE = "state.nc"
COMPUTED: Mapping[str, Kind] = {
    "outcome": Kind("netcdf", "outcome.nc", simulated, used_outcome),
    "run of photons": Kind("netcdf", "run.nc", traced, used_run),
    "state": Kind(
        "netcdf",
        STATE,
        lambda path: simulated(path.with_name("outcome.nc")),
        load_course_state,
    ),
}
"""Kinds of files whose good one takes seconds to compute."""

KINDS: Mapping[str, Kind] = {
    "course": Kind("toml", "c.toml", text(COURSE), used_course, {"path.csv": PATH}),
    "skin": Kind("toml", "s.toml", text(SKIN), read_skin),
    "light case": Kind("toml", "l.toml", text(LIGHT), used_case),
    "light case of a pore": Kind("toml", "p.toml", text(PORE), used_case),
    "device": Kind(
        "toml",
        "own-laser.toml",
        lambda path: path.write_bytes(
            files("porelight.data").joinpath("devices", "laser-genesis.toml").read_bytes()
        ),
        read_device,
    ),
    "summary": Kind(
        "json",
        "summary.json",
        document(summary()),
        lambda path: measurement_rows(load_summary(path)),
    ),
    "plan": Kind("json", "plan.json", document(plan()), used_plan),
    "sensitivity": Kind("json", "u.json", document(sensitivity()), used_sensitivity),
    "LabelMe": Kind("json", "z.json", document(labelme()), lambda path: read_zone(path, ZONE)),
    "zone": Kind(
        "json",
        "y.json",
        document({"polygon": [[1, 1], [50.5, 1], [50, 40]], "exclude": [[[5, 5], [9, 5], [9, 9]]]}),
        lambda path: read_zone(path, ZONE),
    ),
    "MCX": Kind(
        "json",
        "mcx.json",
        lambda path: write_mcx_case(light_case(), path, voxel=1e-4, width=4e-3),
        read_mcx_case,
    ),
    "older MCX": Kind("lines", "c.inp", text(MCX_INP), read_mcx_inp, {"shapes.json": SHAPES}),
    "MCML": Kind("lines", "c.mci", text(MCML), read_mci),
    "output of MCML": Kind("lines", "c.mco", text(MCML_OUTPUT), read_mco),
    "JNIfTI": Kind(
        "json",
        "v.jnii",
        lambda path: write_jnii(
            np.arange(24, dtype=np.float32).reshape(2, 3, 4), 1e-4, path, name="v", description="1"
        ),
        read_jnii,
    ),
    "repeats": Kind("table", "r.csv", text(REPEATS), read_repeats),
    "path of pulses": Kind("table", "path.csv", text(PATH), read_pulse_path),
    "temporal profile": Kind("table", "pulse.csv", text(PULSE), read_temporal_profile),
    "zone as table": Kind("table", "z.csv", text(CORNERS), lambda path: read_zone(path, ZONE)),
    "possible pores": Kind("table", "possible.csv", text(POSSIBLE), read_possible),
    "radial profile": Kind("table", "beam.csv", text(RADIAL), read_radial_profile),
    "beam picture": Kind(
        "numbers",
        "image.csv",
        text("".join(f"0.5,{i},{i}.25,1e-1\n" for i in range(1, 9))),
        lambda path: read_beam_image(path, 1e-4),
    ),
    "light case with a picture": Kind(
        "toml",
        "q.toml",
        text(BEAM_FILE.format(name="image.csv", more="pixel_um = 500.0\n")),
        used_case,
        {"image.csv": "0,1,0\n1,2,1\n0,1.5,0\n"},
    ),
    "light case with a table": Kind(
        "toml",
        "t.toml",
        text(BEAM_FILE.format(name="beam.csv", more="")),
        used_case,
        {"beam.csv": RADIAL},
    ),
    "beam picture of NumPy": Kind(
        "npy",
        "image.npy",
        lambda path: np.save(path, np.arange(1.0, 13.0).reshape(3, 4)),
        lambda path: read_beam_image(path, 1e-4),
    ),
}
"""Every kind of text, table and picture of numbers, by its name in words."""
