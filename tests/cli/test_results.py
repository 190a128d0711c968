"""What commands write: over nothing they read and nothing foreign, kept at every signal."""

import contextlib
import inspect
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cyclopts import App

from porelight.cli import app as app_module
from porelight.cli import light
from porelight.cli.app import app, main
from porelight.cli.paths import paths_of
from porelight.course.course import Course
from porelight.course.outcome import Outcome
from porelight.course.settings import EnsembleSettings
from porelight.errors import InputFileError
from porelight.files.light_case import read_light_case
from porelight.files.light_examples import EXAMPLE_LAYERS
from porelight.files.light_runs import load_light_run, save_light_run
from porelight.files.mcx import write_mcx_case
from porelight.files.outcomes import load_outcome, save_outcome
from porelight.store.address import store_address
from porelight.store.photograph_records import PhotographPlace, ScaleGiven, add_photograph
from porelight.store.store import create_store
from porelight.workflows.light import light_run

REPEATS = "subject,repeat,pores\n" + "".join(
    f"s{i},{k},{10 * i + k * (1 + i % 3)}\n" for i in range(1, 5) for k in range(2)
)
MINE = "mine, of another program"


@pytest.fixture(scope="module")
def outcome(skin) -> Outcome:
    return Course(skin).follow((), EnsembleSettings(8, 2, seed=1), days=[0.0, 30.0])


@pytest.fixture(scope="module")
def run_file(tmp_path_factory) -> Path:
    """Return a run of photons through a slab."""
    place = tmp_path_factory.mktemp("light")
    (place / "case.toml").write_text(EXAMPLE_LAYERS, encoding="utf-8")
    case = read_light_case(place / "case.toml")
    return save_light_run(light_run(case.setup(), photons=16_000).run, case, place / "a.nc")


@pytest.fixture
def place(tmp_path, monkeypatch, outcome, run_file):
    """Return a folder with inputs of every kind, in which commands run."""
    monkeypatch.chdir(tmp_path)
    Path("case.toml").write_text(EXAMPLE_LAYERS, encoding="utf-8")
    Path("a.nc").write_bytes(run_file.read_bytes())
    Path("repeats.csv").write_text(REPEATS, encoding="utf-8")
    write_mcx_case(read_light_case(Path("case.toml")), "c.json", voxel=1e-4, width=1e-3)
    save_outcome(outcome, "run.nc")
    begin_study(Path("study.db"))
    return tmp_path


def begin_study(path: Path) -> None:
    """Begin a study with a photograph in it."""
    with create_store(store_address(str(path)), "pilot") as store, store.writing() as transaction:
        scale = ScaleGiven("known", 12.5, 0.01)
        add_photograph(transaction, PhotographPlace("S01", "v1", "nose"), scale, b"photograph")


@pytest.fixture
def porelight(capfd):
    def call(line: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as left:
            main(line.split())
        err = capfd.readouterr().err
        assert err.count("\n") <= 1, err
        return int(left.value.code or 0), err

    return call


# command, what it would overwrite; a folder ends in a slash
FILES = [
    ("simulate course.toml -o x.nc", "x.nc"),
    ("simulate course.toml -o y.nc --state x.nc", "x.nc"),
    ("plan course.toml -o x.toml", "x.toml"),
    ("plan course.toml -o x.toml", "x.json"),
    ("plan course.toml -o x.toml --report x.html", "x.html"),
    ("follow-up course.toml --measured m --visit 42=w -o x.nc", "x.nc"),
    ("sensitivity course.toml -o x.json", "x.json"),
    ("what-if course.toml -o x.png", "x.png"),
    ("what-if course.toml -o x.svg", "x.svg"),
    ("report run.nc -o x.html", "x.html"),
    ("credibility --use measure -o x.html", "x.html"),
    ("export run.nc -o x.csv", "x.csv"),
    ("rerun run.nc -o x.nc", "x.nc"),
    ("reflectance --fit s.csv -o x.toml", "x.toml"),
    ("preview p.png -o x.png --zone cheek --px-per-mm 20 --change-percent -5", "x.png"),
    ("marker -o x.pdf", "x.pdf"),
    ("study analyse -o x.html", "x.html"),
    ("light run case.toml -o x.nc", "x.nc"),
    ("light merge a.nc -o x.nc", "x.nc"),
    ("light sweep case.toml -o x.nc", "x.nc"),
    ("light import c.json -o x.toml", "x.toml"),
    ("light export case.toml -o x.json", "x.json"),
    ("light export case.toml -o x.jnii", "x.jnii"),
    ("light export a.nc -o x.vtr", "x.vtr"),
    ("light fluence a.nc --irradiance-w-cm2 1 -o x.csv", "x.csv"),
    ("measure p.png -o x --zone cheek --px-per-mm 20", "x/overlay.png"),
    ("compare p.png q.png -o x --zone cheek --px-per-mm 20", "x/change.png"),
    ("session course.toml -o x", "x/depth.png"),
    ("agreement repeats.csv -o x", "x/pores.png"),
    ("demo -o x", "x/plan.toml"),
    ("sweep course.toml --vary skin.fitzpatrick=1,2 -o x", "x/sweep.nc"),
    ("trial trial.toml -o x", "x/trial.html"),
    ("learn visits.csv -o x", "x/learned.html"),
    ("study export --to csv --store study.db -o x", "x/dictionary.csv"),
]


@pytest.mark.parametrize(("line", "foreign"), FILES)
def test_a_file_of_another_program_stays(porelight, place, line, foreign):
    Path(foreign).parent.mkdir(exist_ok=True)
    Path(foreign).write_text(MINE, encoding="utf-8")
    code, err = porelight(line)
    assert code == 2
    assert "that porelight wrote" in err or "which porelight did not write" in err
    assert Path(foreign).read_text(encoding="utf-8") == MINE
    assert not list(place.rglob(".porelight-*"))


def commands(of: App = app, name: str = ""):
    for key in of:
        if key.startswith("-"):
            continue
        one = of[key]
        full = f"{name} {key}".strip()
        if one.default_command is not None:
            yield full, one.default_command
        yield from commands(one, full)


def test_every_command_that_writes_is_tried_above():
    writing = {
        name for name, command in commands() if "output" in inspect.signature(command).parameters
    }
    assert len(writing) > 15
    tried = {" ".join(line.split()[: 1 + line.startswith(("light", "study"))]) for line, _ in FILES}
    assert tried == writing


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("light import c.json -o c.json", "c.json is what is read"),
        ("light merge a.nc b.nc -o a.nc", "a.nc is what is read"),
        ("light merge a.nc b.nc -o link.nc", "link.nc is what is read"),
        ("simulate course.toml -o s.nc --state s.nc", "s.nc is given to two results"),
        ("simulate course.toml --measured m -o m/pores.csv", "m, which is read"),
        ("simulate course.toml --continue-from s.nc -o x.nc --state run.nc", "is not the state"),
        ("report run.nc --measured m -o m/overlay.png", "m, which is read"),
        ("follow-up course.toml --measured m --visit 42=w -o w/x.nc", "w, which is read"),
        ("plan case.toml --device own.toml -o own.toml", "own.toml is what is read"),
        ("measure m/p.png --zone cheek --px-per-mm 20 -o m", "m holds p.png, which is read"),
        ("simulate course.toml -o run.csv", "not written as '.csv'; expected a name that ends in"),
        ("report run.nc -o r.pdf", "a report is not written as '.pdf'; expected a name that ends"),
        ("marker -o sheet.png", "a sheet is not written as '.png'; expected a name that ends in"),
        ("marker -o /dev/stdout.pdf/x.pdf", "its folder does not exist"),
        ("study export --to fhir --store study.db -o x.xml", "not written as '.xml'; expected a"),
        ("study export --to csv --store study.db -o m", "holds 'overlay.png', which porelight did"),
        ("study export --to csv --photographs --store study.db -o x", "are for --to ro-crate and"),
    ],
)
def test_a_result_replaces_no_input_and_has_its_own_ending(porelight, place, line, message):
    Path("m").mkdir()
    Path("w").mkdir()
    Path("link.nc").symlink_to("a.nc")
    for name in (
        "m/summary.json",
        "w/summary.json",
        "m/overlay.png",
        "m/p.png",
        "own.toml",
        "s.nc",
    ):
        Path(name).write_text(MINE, encoding="utf-8")
    before = {path: path.read_bytes() for path in place.rglob("*") if path.is_file()}
    code, err = porelight(line)
    assert code == 2
    assert message in err
    assert {path: path.read_bytes() for path in place.rglob("*") if path.is_file()} == before


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(
    ("line", "made"),
    [
        ("marker -o x.pdf", "x.pdf"),
        ("light import c.json -o x.toml", "x.toml"),
        ("light export case.toml -o x.json", "x.json"),
        ("light export case.toml -o x.jnii", "x.jnii"),
        ("light export a.nc -o x.vtr", "x.vtr"),
        ("light fluence a.nc --irradiance-w-cm2 1 -o x.csv", "x.csv"),
        ("light merge a.nc -o x.nc", "x.nc"),
        ("credibility --use measure -o x.html", "x.html"),
        ("export run.nc -o x.csv", "x.csv"),
        ("study export --to csv --store study.db -o x", "x/dictionary.csv"),
        ("study export --to netcdf --store study.db -o x.nc", "x.nc"),
        ("agreement repeats.csv -o x", "x/pores.png"),
        pytest.param("report run.nc -o x.html", "x.html", marks=pytest.mark.slow),
    ],
)
def test_an_earlier_result_of_the_kind_is_replaced(porelight, line, made):
    assert porelight(line)[0] == 0
    first = Path(made).stat().st_ino
    assert porelight(line)[0] == 0
    assert Path(made).stat().st_ino != first


@pytest.mark.usefixtures("place")
def test_a_case_that_was_edited_is_not_replaced(porelight):
    line = "light import c.json -o x.toml"
    assert porelight(line)[0] == 0
    edited = Path("x.toml").read_text(encoding="utf-8").replace("thickness_mm = ", "#")
    Path("x.toml").write_text(edited, encoding="utf-8")
    code, err = porelight(line)
    assert code == 2
    assert "is not an unedited light case" in err
    assert Path("x.toml").read_text(encoding="utf-8") == edited


def test_paths_of_a_command_are_read_unless_they_are_marked():
    line = "follow-up c.toml --measured m --visit 42=w --visit 84=v -o x.nc"
    _, bound, _ = app.parse_args(line.split(), exit_on_error=False, print_error=False)
    assert paths_of(bound) == ([Path("c.toml"), Path("m"), Path("w"), Path("v")], [Path("x.nc")])
    line = "simulate c.toml -o x.nc --state s.nc --continue-from s.nc"
    _, bound, _ = app.parse_args(line.split(), exit_on_error=False, print_error=False)
    assert paths_of(bound) == ([Path("c.toml")], [Path("x.nc"), Path("s.nc")])
    line = "preview p.png --zone-mask z.png --zone nose -o x.png"
    _, bound, _ = app.parse_args(line.split(), exit_on_error=False, print_error=False)
    assert paths_of(bound) == ([Path("p.png"), Path("z.png")], [Path("x.png")])


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGXCPU", "SIGUSR1"])
def test_a_light_run_keeps_its_photons_at_every_signal(porelight, monkeypatch, name):
    number = getattr(signal, name)

    @contextlib.contextmanager
    def stopping(*_, **__):
        yield lambda share: signal.raise_signal(number) if share >= 0.75 else None

    monkeypatch.setattr(light, "progress_bar", stopping)
    before = signal.getsignal(number)
    code, err = porelight("light run case.toml -o x.nc --photons 32000")
    assert code == 128 + number
    assert err == f"porelight: interrupted; kept: {Path('x.nc').resolve()}.\n"
    assert load_light_run("x.nc")[0].n_photons == 3 * 8192
    assert signal.getsignal(number) is before


def command_raising(monkeypatch, problem):
    def command() -> int:
        raise problem

    found = command, inspect.signature(command).bind(), {}
    monkeypatch.setattr(type(app_module.app), "parse_args", lambda *_, **__: found)


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (
            PermissionError(13, "Permission denied", "x.toml"),
            "x.toml: refused by the system (Permission denied).",
        ),
        (
            OSError(28, "No space left on device"),
            "what is to be shown: refused by the system (No space left on device).",
        ),
        (KeyboardInterrupt(), "interrupted; nothing was written."),
    ],
)
def test_what_the_system_refuses_is_one_line(porelight, monkeypatch, problem, line):
    command_raising(monkeypatch, problem)
    code, err = porelight("verify")
    assert code == (130 if isinstance(problem, KeyboardInterrupt) else 2)
    assert err == f"porelight: {line}\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_full_disk_behind_the_output_is_one_line():
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        run = subprocess.run(
            [sys.executable, "-m", "porelight", "config", "example"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=120,
        )
    assert run.returncode == 2
    assert run.stderr == (
        "porelight: what is to be shown: refused by the system (No space left on device).\n"
    )


@pytest.mark.skipif(os.name != "posix", reason="limits of POSIX")
def test_a_full_disk_leaves_the_earlier_outcome_and_one_line(place, outcome):
    import resource  # noqa: PLC0415

    earlier = Path("run.nc").read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(earlier) // 2, hard))
    try:
        with pytest.raises(InputFileError, match=r"run\.nc: cannot be written \(File too large\)"):
            save_outcome(outcome, "run.nc")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert Path("run.nc").read_bytes() == earlier
    assert load_outcome("run.nc").days.size == 2
    assert not list(place.glob(".porelight-*"))
