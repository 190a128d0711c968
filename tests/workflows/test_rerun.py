"""A result computed again from its own file has the same bits, or what differs is told."""

import json
from dataclasses import replace

import numpy as np
import pytest

from porelight.cli.app import main
from porelight.course import origin as origin_module
from porelight.course.course import Course
from porelight.course.laws import Laws
from porelight.course.origin import ORIGIN, origin_differences, this_origin
from porelight.course.outcome import Outcome
from porelight.course.regimen import Care
from porelight.course.settings import EnsembleSettings
from porelight.course.simulation import begin
from porelight.errors import ParameterError
from porelight.files.course_states import load_course_state, save_course_state
from porelight.files.light_case import read_light_case
from porelight.files.light_examples import EXAMPLE_LAYERS
from porelight.files.light_runs import light_run_origin, load_light_run, save_light_run
from porelight.files.outcomes import load_outcome, save_outcome
from porelight.inference.calibration import posterior
from porelight.kept import Kept
from porelight.laser.devices import pearl
from porelight.light.run import begun, growing, merged
from porelight.session.injury_law import library_injury
from porelight.tissue.population import PorePopulation
from porelight.workflows.forecast import forecast
from porelight.workflows.rerun import rerun, rerun_light

SETTINGS = EnsembleSettings(draws=8, members=3, photons=1000, seed=3)
PEARL = pearl()
NO_SESSIONS = {
    "biology": "priors",
    "members_drawn": 2,
    "ends": [7],
    "care": [[]],
    "entered": [0, 0],
}


@pytest.fixture(scope="module")
def measured_skin(skin):
    """Return a skin whose pores were measured, with what the photograph leaves open of them."""
    draw = np.random.default_rng(1)
    factors = {
        "diameter_factor": np.exp(0.1 * draw.standard_normal(40)),
        "density_factor": np.exp(0.1 * draw.standard_normal(40)),
    }
    pores = PorePopulation.measured(draw.uniform(2e-4, 5e-4, 30), 1.3e-4, **factors)
    return replace(skin, pores=pores)


@pytest.fixture(scope="module")
def course(measured_skin):
    habits = (Care("cleansing", from_day=3.0), Care("unprotected-sun", to_day=9.0))
    return Course(measured_skin, [PEARL.on_day(0.0), PEARL.on_day(8.0)], habits)


@pytest.fixture(scope="module")
def treated_outcome(course):
    return forecast(course, SETTINGS, last_day=14.0).outcome


@pytest.fixture(scope="module")
def outcome(course):
    """Return an outcome without sessions, which takes no time."""
    return forecast(replace(course, sessions=()), SETTINGS, last_day=7.0).outcome


def told(outcome, **attributes):
    return Outcome(outcome.dataset.assign_attrs(attributes))


def test_an_outcome_says_how_many_photons_and_which_versions_made_it(outcome, tmp_path):
    about = load_outcome(save_outcome(outcome, tmp_path / "run.nc")).attrs
    assert json.loads(about["settings"]) == {
        "draws": 8,
        "members": 3,
        "photons": 1000,
        "seed": 3,
        "people": 5,
        "perfusion": "constant",
        "attendance": 1.0,
    }
    assert json.loads(about[ORIGIN]) == dict(this_origin())


@pytest.mark.slow
def test_a_file_gives_the_same_bits_again(treated_outcome, tmp_path):
    kept = load_outcome(save_outcome(treated_outcome, tmp_path / "run.nc"))
    found = rerun(kept)
    assert found.has_same_bits
    assert found.differences == ()
    assert found.n_compared == len(kept.data_vars)
    again = load_outcome(save_outcome(found.result, tmp_path / "again.nc"))
    assert again.dataset.identical(kept.dataset)


@pytest.mark.slow
def test_a_rerun_computes_what_was_kept(course, tmp_path, monkeypatch):
    monkeypatch.setenv("PORELIGHT_CACHE", str(tmp_path / "kept"))
    outcome = forecast(course, SETTINGS, last_day=20.0).outcome
    monkeypatch.setattr(Kept, "get", lambda *_: pytest.fail("took what was kept"))
    assert rerun(outcome).has_same_bits


def test_a_course_in_parts_is_repeated_in_its_parts(course, tmp_path):
    first = replace(course, sessions=course.sessions[:1], care=course.care[:1])
    kept = forecast(first, SETTINGS, last_day=4.0, keep_day=4.0).state
    state = load_course_state(save_course_state(kept, tmp_path / "state.nc"))
    whole = forecast(course, last_day=14.0, start=state).outcome
    found = rerun(load_outcome(save_outcome(whole, tmp_path / "run.nc")))
    assert found.has_same_bits


@pytest.mark.slow
def test_an_interrupted_run_is_repeated_as_far_as_it_went(course, tmp_path):
    def stopped(share):
        if share > 0.5:
            raise KeyboardInterrupt

    part = course.simulate_with(SETTINGS, last_day=14.0, progress=stopped)
    assert part.attrs["members"] == "2"
    found = rerun(load_outcome(save_outcome(part, tmp_path / "run.nc")))
    assert found.has_same_bits
    assert found.result.attrs["notes"] == part.attrs["notes"]


def test_the_shipped_posterior_is_taken_again_and_other_draws_are_refused(course):
    untreated = replace(course, sessions=())
    done = forecast(untreated, SETTINGS, last_day=2.0, posterior=True).outcome
    assert rerun(done).has_same_bits
    own = {name: 0.99 * column for name, column in posterior().items()}
    other = begin(course.skin, SETTINGS, own).outcome
    with pytest.raises(ParameterError, match="draws of the biology that are not at hand"):
        rerun(other)


def test_other_laws_are_asked_for(course):
    def my_law(*history, **about):
        return library_injury(*history, **about)

    laws = Laws(injury=my_law)
    made = begin(course.skin, SETTINGS, laws=laws).outcome
    with pytest.raises(ParameterError, match=r"made with .*my_law; give the same laws"):
        rerun(made)
    assert rerun(made, laws=laws).has_same_bits


def test_another_version_is_told_by_name_and_an_edited_number_by_its_size(outcome):
    before = {**this_origin(), "numpy": "1.26.0", "data files": "0" * 8}
    edited = told(outcome, **{ORIGIN: json.dumps(before)})
    edited.dataset["diameter_ratio"] = edited.dataset["diameter_ratio"] * 1.5
    found = rerun(edited)
    assert set(found.changed) == {"diameter_ratio"}
    assert found.changed["diameter_ratio"] == pytest.approx(1.0 / 3.0, rel=0.05)
    assert [line.split(",")[0] for line in found.differences] == [
        f"data files {'0' * 8}",
        "numpy 1.26.0",
    ]


def test_features_of_another_processor_are_told(monkeypatch):
    here = {"processor": "x", "processor features": "avx2 fma"}
    monkeypatch.setattr(origin_module, "this_origin", lambda: here)
    lines = origin_differences({"processor": "y", "processor features": "fma sse4"})
    assert lines == (
        "processor y, here x",
        "processor features: that machine had, this one lacks sse4",
        "processor features: that machine lacked, this one has avx2",
    )


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"settings": None}, r"settings is not in it.*Simulate its course again"),
        ({"road": "{"}, "cannot be read"),
        (
            {"road": '{"biology": "priors", "members_drawn": 2, "ends": 3, "entered": []}'},
            "cannot be read",
        ),
        ({"road": json.dumps(NO_SESSIONS)}, "0 sessions, 2 were simulated"),
    ],
)
def test_an_outcome_that_does_not_tell_its_inputs_is_refused(outcome, attributes, message):
    about = {**outcome.attrs, **attributes}
    kept = {key: value for key, value in about.items() if value is not None}
    dataset = outcome.dataset.copy()
    dataset.attrs = kept
    with pytest.raises(ParameterError, match=message):
        rerun(Outcome(dataset))


@pytest.mark.slow
def test_the_command_says_the_same_bits_and_writes_them(outcome, tmp_path, capsys):
    run, again = save_outcome(outcome, tmp_path / "run.nc"), tmp_path / "again.nc"
    with pytest.raises(SystemExit) as left:
        main(["rerun", str(run), "-o", str(again)])
    assert left.value.code == 0
    assert f"the same bits in all {len(outcome.data_vars)} arrays" in capsys.readouterr().out
    assert load_outcome(again).dataset.identical(load_outcome(run).dataset)


def test_the_command_tells_what_differs_and_leaves_with_1(outcome, tmp_path, capsys):
    edited = Outcome(outcome.dataset.copy())
    edited.dataset["diameter_ratio"].values[...] *= 1.5  # a product has no unit in an older xarray
    run = save_outcome(edited, tmp_path / "run.nc")
    with pytest.raises(SystemExit) as left:
        main(["rerun", str(run)])
    assert left.value.code == 1
    said = capsys.readouterr().out
    assert "diameter_ratio" in said
    assert "the file was edited" in said
    with pytest.raises(SystemExit) as left:
        main(["rerun", str(run), "--json"])
    document = json.loads(capsys.readouterr().out)
    assert not document["same_bits"]
    assert list(document["changed"]) == ["diameter_ratio"]


@pytest.fixture
def light_case(tmp_path):
    path = tmp_path / "case.toml"
    path.write_text(EXAMPLE_LAYERS)
    return read_light_case(path)


def photons_of(case, seed=1):
    setup = case.setup()
    run = begun(setup.scene, seed=seed, tally_regions=setup.tally_regions, photons_per_batch=40)
    return next(one for one in growing(run) if one.averages.n_batches == 3)


def test_a_run_of_photons_gives_the_same_bits_on_any_number_of_threads(light_case, tmp_path):
    path = save_light_run(photons_of(light_case), light_case, tmp_path / "run.nc")
    kept, _ = load_light_run(path)
    recorded = light_run_origin(path)
    assert recorded == dict(this_origin())
    for threads in (1, 2):
        found = rerun_light(kept, recorded, threads=threads)
        assert found.has_same_bits
        assert found.differences == ()
    averages = kept.averages
    moved = {name: replace(part, mean=1.01 * part.mean) for name, part in averages.parts.items()}
    other = replace(kept, averages=replace(averages, parts=moved))
    found = rerun_light(other, {**recorded, "numba": "0.1"})
    assert "reflectance, mean" in found.changed
    assert "reflectance, spread" not in found.changed
    assert found.differences[0].startswith("numba 0.1, here ")


def test_a_merged_run_is_repeated_part_by_part(light_case):
    whole = merged([photons_of(light_case), photons_of(light_case, seed=2)])
    with pytest.raises(ParameterError, match="a merged run of seeds 1, 2; rerun each"):
        rerun_light(whole, {})


def test_the_command_follows_photons_again(light_case, tmp_path, capsys):
    run = save_light_run(photons_of(light_case), light_case, tmp_path / "run.nc")
    with pytest.raises(SystemExit) as left:
        main(["rerun", str(run), "-o", str(tmp_path / "again.nc")])
    assert left.value.code == 0
    assert "the same bits in all" in capsys.readouterr().out
    first, second = (load_light_run(tmp_path / name)[0] for name in ("run.nc", "again.nc"))
    assert rerun_light(second, {}).has_same_bits
    assert first.n_photons == second.n_photons
