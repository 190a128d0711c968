"""The commands of ``porelight light`` and ``porelight verify light``, as a user types them."""

import json

import numpy as np
import pytest
import xarray as xr

from porelight.cli.app import main
from porelight.files.light_case import read_light_case
from porelight.files.light_examples import EXAMPLE, EXAMPLE_LAYERS
from porelight.files.light_runs import load_light_run
from porelight.light.tally_regions import Share
from porelight.workflows.light_shares import concise


@pytest.fixture
def case(tmp_path):
    path = tmp_path / "case.toml"
    path.write_text(EXAMPLE_LAYERS)
    return path


@pytest.fixture
def porelight(capsys):
    def run(*arguments):
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        shown = capsys.readouterr()
        return left.value.code, shown.out, shown.err

    return run


def test_run_shows_the_shares_and_keeps_the_run(porelight, case, tmp_path):
    output = tmp_path / "run.nc"

    code, out, _ = porelight("light", "run", case, "-o", output, "--photons", 20_000)

    assert code == 0
    assert "layer 1: slab" in out
    assert "top" in out
    # whole batches of 8192
    assert load_light_run(output)[0].n_photons == 3 * 8192


def test_largest_seed_is_kept_and_a_larger_one_is_refused_before_the_run(porelight, case, tmp_path):
    output = tmp_path / "run.nc"
    run = ("light", "run", case, "-o", output, "--photons", 16_000, "--seed")

    assert porelight(*run, 2**63 - 1)[0] == 0
    assert load_light_run(output)[0].seeds == (2**63 - 1,)
    code, _, err = porelight(*run, 2**64)
    assert (code, len(err.splitlines())) == (2, 1)
    assert "seed is 18446744073709551616; expected a whole number from 0 to" in err


def test_fewer_photons_than_two_batches_are_told(porelight, case, tmp_path):
    output = tmp_path / "run.nc"

    code, out, _ = porelight("light", "run", case, "-o", output, "--seconds", 1e-9)

    assert code == 0
    assert output.exists()
    assert "16,384 photons were followed, two batches" in out
    assert "specular" in out


def test_resumed_run_goes_on(porelight, case, tmp_path):
    output = tmp_path / "run.nc"
    porelight("light", "run", case, "-o", output, "--photons", 16_000)

    code, out, _ = porelight("light", "run", case, "-o", output, "--photons", 24_000, "--resume")

    assert code == 0
    assert "24,576 photons" in out


def test_run_of_another_seed_or_case_is_not_resumed(porelight, case, tmp_path):
    output = tmp_path / "run.nc"
    porelight("light", "run", case, "-o", output, "--photons", 16_000)

    again = ("-o", output, "--photons", 24_000, "--resume")
    code, _, err = porelight("light", "run", case, *again, "--seed", 5)

    assert code == 2
    assert "holds a run of seed 1 and goes on with it; leave out seed 5" in err
    case.write_text(EXAMPLE_LAYERS.replace("mu_a_per_mm = 0.2", "mu_a_per_mm = 0.3"))
    code, _, err = porelight("light", "run", case, *again)
    assert code == 2
    assert "holds a run of another case" in err
    assert "(optics differ)" in err


def test_precision_is_asked_of_a_layer_by_its_own_name(porelight, case, tmp_path):
    code, out, _ = porelight(
        "light", "run", case, "-o", tmp_path / "r.nc", "--photons", 9000, "--precision", "slab=0.1%"
    )

    assert code == 0
    assert "0.1 % asked of 'layer 1'" in out


def test_sweep_shows_and_keeps_six_skin_types(porelight, tmp_path):
    path, output = tmp_path / "skin.toml", tmp_path / "tones.nc"
    path.write_text(EXAMPLE)

    code, text, _ = porelight("light", "sweep", path, "--photons", 320, "--json", "-o", output)

    assert code == 0
    tones = json.loads(text)["tones"]
    assert [tone["fitzpatrick"] for tone in tones] == [1, 2, 3, 4, 5, 6]
    absorbed = [tone["epidermis"]["mean"] for tone in tones]
    assert absorbed == sorted(absorbed)
    _, table, _ = porelight("light", "sweep", path, "--photons", 320)
    dark = Share(**tones[5]["epidermis"])
    assert concise(dark) in table
    with xr.open_dataset(output, engine="h5netcdf") as dataset:
        kept = dataset.sel(fitzpatrick=6, layer="epidermis")
        assert float(kept["by_layer"]) == dark.mean
        # the fluence of each type is over the absorption of its own epidermis
        row = dataset.isel(z=0).sum("r")
        setup = read_light_case(path).setup()
        expected = [setup.of_type(fitzpatrick).optics.mu_a[0] for fitzpatrick in range(1, 7)]
        np.testing.assert_allclose(row["absorbed"] / row["fluence"], expected, rtol=1e-9)


@pytest.mark.parametrize("command", ["sweep", "paths"])
def test_weight_window_is_not_silently_left_out(porelight, tmp_path, command):
    _, text, _ = porelight("light", "example", "--weight-window")
    path = tmp_path / "window.toml"
    path.write_text(text)

    code, _, err = porelight("light", command, path, "--photons", 320)

    assert code == 2
    assert len(err.splitlines()) == 1
    assert "take it out of the setup ([weight_window] of a case)" in err


def test_runs_of_two_seeds_are_merged(porelight, case, tmp_path):
    for seed in (1, 2):
        porelight(
            "light", "run", case, "-o", tmp_path / f"{seed}.nc", "--photons", 9000, "--seed", seed
        )

    code, out, _ = porelight(
        "light", "merge", tmp_path / "1.nc", tmp_path / "2.nc", "-o", tmp_path / "m.nc", "--json"
    )

    assert code == 0
    assert json.loads(out)["photons"] == 4 * 8192


def test_unreached_precision_is_said(porelight, case, tmp_path):
    code, out, _ = porelight(
        "light", "run", case, "-o", tmp_path / "r.nc", "--photons", 9000, "--precision", "top=0.1%"
    )

    assert code == 0
    assert "0.1 % asked of 'top'" in out


def test_case_goes_to_mcx_and_back(porelight, case, tmp_path):
    assert porelight("light", "export", case, "-o", tmp_path / "c.json")[0] == 0

    code, out, _ = porelight("light", "import", tmp_path / "c.json", "-o", tmp_path / "back.toml")

    assert code == 0
    assert "note: the MCX box ends 10 mm from the beam" in out
    assert "mu_a_per_mm = 0.2" in (tmp_path / "back.toml").read_text()


def test_input_of_mcml_is_read_run_and_compared(porelight, tmp_path):
    run = "{}.mco A\n16000\n0.01 0.01\n20 30 1\n1\n1.0\n1.4 2 100 0.8 0.1\n1.0\n"
    mci, mco = tmp_path / "two.mci", tmp_path / "a.mco"
    mci.write_text("1.0\n2\n" + run.format("a") + run.format("b"))
    # adding-doubling: 0.0277778 specular, and the rest as here
    mco.write_text(
        "A1\nInParm\n" + run.format("a") + "RAT\n0.0277778\n0.248487\n0.465391\n0.258345\n"
        "A_l\n0.465391\n"
    )

    code, out, _ = porelight("light", "import", mci, "-o", tmp_path / "case.toml")

    assert code == 0
    first, second = tmp_path / "case-1.toml", tmp_path / "case-2.toml"
    assert f"written: {first} (a.mco)" in out
    assert f"porelight light run {first} --photons 16000" in out
    assert first.read_text() == second.read_text()
    kept = tmp_path / "run.nc"
    porelight("light", "run", first, "-o", kept, "--photons", 16_000)
    code, text, _ = porelight("light", "check", kept, mco, "--json")
    assert code == 0
    scores = {share["name"]: share["z_score"] for share in json.loads(text)["shares"]}
    assert set(scores) == {"specular", "reflectance", "transmittance", "absorbed", "layer 1"}
    assert max(map(abs, scores.values())) < 4.0
    assert "MCML" in porelight("light", "check", kept, mco)[1]
    # the same layers by adding-doubling, with no file of another program
    code, text, _ = porelight("light", "check", kept, "--json")
    shares = {share["name"]: share for share in json.loads(text)["shares"]}
    assert code == 0
    assert shares["reflectance"]["other"]["mean"] == pytest.approx(0.248487, abs=2e-6)
    assert max(abs(share["z_score"]) for share in shares.values()) < 4.0
    assert "adding-doubling" in porelight("light", "check", kept)[1]


@pytest.mark.parametrize("ending", ["jnii", "vtr", "json"])
def test_run_is_exported(porelight, case, tmp_path, ending):
    run, target = tmp_path / "run.nc", tmp_path / f"out.{ending}"
    porelight("light", "run", case, "-o", run, "--photons", 9000)

    code, _, _ = porelight("light", "export", run, "-o", target, "--width-mm", 2, "--voxel-mm", 0.5)

    assert code == 0
    assert target.stat().st_size > 0


@pytest.mark.parametrize("options", [(), ("--layers",), ("--vessel",)])
def test_printed_example_can_be_run(porelight, tmp_path, options):
    _, out, _ = porelight("light", "example", *options)
    (tmp_path / "example.toml").write_text(out)

    code, _, _ = porelight(
        "light", "run", tmp_path / "example.toml", "-o", tmp_path / "r.nc", "--photons", 9000
    )

    assert code == 0


def test_pore_runs_to_a_precision_in_its_gland(porelight, tmp_path):
    _, text, _ = porelight("light", "example", "--pore")
    path, output = tmp_path / "pore.toml", tmp_path / "r.nc"
    # a beam on the pore alone, so that few photons do
    path.write_text(text.replace("diameter_mm = 5.0", "diameter_mm = 0.3"))

    code, out, _ = porelight(
        "light", "run", path, "-o", output, "--precision", "gland=10%", "--json"
    )

    assert code == 0
    shares = {row["name"]: row for row in json.loads(out)["shares"]}
    gland = shares["gland"]
    assert 0.0 < gland["standard_error"] <= 0.1 * gland["mean"]
    assert {"lumen", "plug", "duct", "hair", "pore wall", "dermis"} < set(shares)
    run, case = load_light_run(output)
    assert run.scene.follicle == case.setup().follicle


def test_paths_of_a_case_are_shown_in_mm(porelight, case):
    _, table, _ = porelight("light", "paths", case, "--photons", 6400)
    code, text, _ = porelight("light", "paths", case, "--photons", 6400, "--json")

    assert code == 0
    shown = json.loads(text)
    path, error = (shown["transmitted"][key][0] for key in ("path_mm", "standard_error_mm"))
    # at least the slab's thickness of 2 mm
    assert 2.0 < path < 10.0
    assert f"{path:.5g} ± {error:.2g}" in table
    assert len(shown["re-emitted by ring"]["path_mm"][0]) == 8


def test_pore_does_not_go_to_mcx(porelight, tmp_path):
    _, text, _ = porelight("light", "example", "--pore")
    (tmp_path / "pore.toml").write_text(text)

    code, _, err = porelight("light", "export", tmp_path / "pore.toml", "-o", tmp_path / "x.json")

    assert code == 2
    assert len(err.splitlines()) == 1
    assert "voxels in place of the smooth walls of a pore" in err


def test_vessel_does_not_go_to_mcx(porelight, tmp_path):
    _, text, _ = porelight("light", "example", "--vessel")
    (tmp_path / "vessel.toml").write_text(text)

    code, _, err = porelight("light", "export", tmp_path / "vessel.toml", "-o", tmp_path / "x.json")

    assert code == 2
    assert "take [[vessel]] out of the case" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "none.toml", "-o", "{tmp}/r.nc"), "no such file"),
        (("run", "{case}", "-o", "{tmp}/none/r.nc"), "its folder does not exist"),
        (("run", "{case}", "-o", "{tmp}/r.nc", "--resume"), "no such file; expected a file writ"),
        (("run", "{case}", "-o", "{tmp}/r.nc", "--precision", "top"), "precision is 'top'"),
        (("run", "{case}", "-o", "{tmp}/r.nc", "--precision", "top=0.01"), "and a percentage"),
        (("run", "{case}", "-o", "{tmp}/r.nc", "--precision", "roof=1%"), "no share named 'roof'"),
        (("run", "{case}", "-o", "{tmp}/r.nc", "--photons", "-5"), "photons is -5"),
        (("run", "{case}", "-o", "{tmp}/r.nc", "--seed", "-5"), "seed is -5"),
        (("run", "{case}", "-o", "{case}"), "is what is read; give the result another name"),
        (("run", "{case}", "-o", "{tmp}/r.nc", "--precision", "slap=1%"), "did you mean 'slab'?"),
        (("run", "{case}", "-o", "{tmp}/r.nc", "--precision", "pore wall=1%"), "expected a foll"),
        (("run", "{tmp}", "-o", "{tmp}/r.nc"), "is a folder; expected a light case; 'porelight"),
        (("sweep", "{case}"), "layers of your own have no Fitzpatrick type; expected"),
        (("sweep", "{case}", "--photons", "nan"), "--photons is nan; expected a whole number"),
        (("paths", "{case}", "--photons", "inf"), "--photons is inf; expected a whole number"),
        (("example", "--layers", "--pore"), "the example with --layers is a slab"),
        (("export", "{case}", "-o", "{tmp}/x.png"), "is not written as '.png'; expected .json ("),
        (
            ("export", "{case}", "-o", "{tmp}/x.vtr"),
            "a light case is not written as '.vtr', a light run is",
        ),
        (
            ("export", "{case}", "-o", "{tmp}/x.json", "--voxel-mm", "0"),
            "--voxel-mm is 0 mm; expected",
        ),
        (("export", "{case}", "-o", "{tmp}/x.jnii", "--voxel-mm", "0.001"), "voxels are more than"),
        (("merge", "{case}", "-o", "{tmp}/m.nc"), "not a readable NetCDF-4 file"),
    ],
)
def test_bad_input_gets_one_clear_line(porelight, case, tmp_path, arguments, message):
    filled = [argument.format(case=case, tmp=tmp_path) for argument in arguments]

    code, _, err = porelight("light", *filled)

    assert code == 2
    assert len(err.splitlines()) == 1
    assert message in err


def test_verify_light_runs_layers_samplers_and_kernels(porelight, monkeypatch):
    from porelight.validation import suite  # noqa: PLC0415
    from porelight.validation.case import CaseResult  # noqa: PLC0415

    asked = []

    def quick(n_photons, seed):
        asked.append((n_photons, seed))
        return [CaseResult("L1", "t", "q", "1", 1.0, 1.0, 0.1, 0.0, "here")]

    rooms = ("light", "light_sampling", "light_kernels", "light_pores", "light_tones")
    for module in (getattr(suite, room) for room in rooms):
        monkeypatch.setattr(module, "CASES", (quick,))

    code, out, _ = porelight("verify", "light", "--photons", 500, "--json")

    assert code == 0
    assert json.loads(out)["passed"]
    assert [n for n, _ in asked] == [500] * 5
    # each part draws random numbers of its own
    assert len({seed for _, seed in asked}) == 5
