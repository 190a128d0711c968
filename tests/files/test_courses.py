"""From a course file to a course: what the file says, and what the device adds to it."""

import re
from dataclasses import replace

import numpy as np
import pytest
import tomli_w

from porelight.course.codec import skin_document
from porelight.course.settings import EnsembleSettings
from porelight.course.vocabulary import CARE, SESSION, SKIN
from porelight.errors import InputFileError
from porelight.files.courses import read_course, read_settings, read_skin
from porelight.laser.beam import Beam
from porelight.laser.devices import laser_genesis, pearl
from porelight.laser.exposure import Session
from porelight.laser.motion import Motion, PulsePath
from porelight.tissue.population import PorePopulation
from porelight.tissue.skin import Skin

SKIN_TABLE = {"zone": "cheek", "fitzpatrick": 3, "age_years": 35}
PATH = PulsePath(np.array([0.0, 0.2, 0.4]), np.array([[0.0, 0.0], [2e-3, 0.0], [4e-3, 1e-3]]))


def written(folder, sessions=(), skin=None, **tables):
    target = folder / "course.toml"
    content = {"skin": skin or SKIN_TABLE, "session": list(sessions), **tables}
    target.write_text(tomli_w.dumps(content), encoding="utf-8")
    return target


def the_session(folder, **table):
    return read_course(written(folder, [{"day": 3, **table}])).course.sessions[0]


@pytest.mark.parametrize(
    "exposure",
    [
        laser_genesis(),
        laser_genesis(cooling="cold air", aspect=2.0, stop_at_surface=315.15),
        laser_genesis(motion=Motion.by_hand(seed=4)),
        laser_genesis(motion=PATH),
        pearl(radiant_exposure=0.0),
        replace(laser_genesis(), beam=Beam("gaussian", 5e-3, tilt=0.1)),
        replace(laser_genesis(), device="bench", wavelength=1.32e-6, radiant_exposure=3e5),
    ],
    ids=["usual", "cooled", "hand", "recorded", "dark", "tilted", "bench"],
)
def test_a_session_written_whole_is_read_as_it_was(tmp_path, exposure):
    session = exposure.on_day(12.5)
    found = read_course(written(tmp_path, [SESSION.document(session)])).course.sessions[0]
    assert SESSION.document(found) == SESSION.document(session)
    assert SESSION.identity(found) == SESSION.identity(session)


def test_what_is_left_out_is_the_devices_usual(tmp_path):
    for make in (laser_genesis, pearl):
        usual = make()
        assert the_session(tmp_path, device=usual.device) == Session(3.0, usual)
    found = the_session(tmp_path, device="pearl", overlap=0.3, area_cm2=50).exposure
    # the number of pulses follows from the pattern
    assert found == pearl(overlap=0.3, area=5e-3)
    assert found.n_pulses != pearl().n_pulses


def test_a_whole_table_of_a_known_device_is_held_to_its_limits(tmp_path):
    whole = SESSION.document(laser_genesis().on_day(0))
    too_strong = {**whole, "radiant_exposure_j_cm2": 30}
    with pytest.raises(InputFileError, match=r"session\[1\]: radiant_exposure is 30 J/cm2; L"):
        read_course(written(tmp_path, [too_strong]))
    bench = read_course(written(tmp_path, [{**too_strong, "device": "bench"}]))
    assert bench.course.sessions[0].exposure.radiant_exposure == 3e5


def test_a_path_stated_as_numbers_brings_its_pulses_and_rate(tmp_path):
    numbers = {"path_time_s": [0, 0.2, 0.4], "path_position_mm": [[0, 0], [2, 0], [4, 1]]}
    found = the_session(tmp_path, device="laser-genesis", **numbers).exposure
    assert (found.n_pulses, found.rate) == (3, pytest.approx(5.0))
    np.testing.assert_array_equal(found.motion.position, PATH.position)


def test_a_hand_in_a_word_is_the_librarys_and_may_be_told_in_numbers(tmp_path):
    of_word = the_session(tmp_path, device="laser-genesis", path="hand", hand_seed=2)
    assert of_word.exposure.motion == Motion.by_hand(seed=2)
    steady = the_session(tmp_path, device="laser-genesis", path="hand", hand_wander_mm=0.5)
    assert steady.exposure.motion == replace(Motion.by_hand(), wander=5e-4)
    told = the_session(tmp_path, device="laser-genesis", hand_wander_mm=1, hand_seed=3)
    assert told.exposure.motion == Motion(wander=1e-3, seed=3)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"device": "pear"}, "no device named 'pear'; did you mean 'pearl'"),
        ({"device": "pearl", "pulses": 9}, "n_pulses cannot be set for Pearl"),
        ({"device": "pearl", "wavelength_nm": 1064}, "wavelength_nm is 1064 nm; Pearl has 2790"),
        ({"device": "none.toml"}, "none.toml"),
        (
            {"device": "pearl", "hand_seed": 1},
            "hand_seed changes nothing without hand_wander_mm or hand_pace_variation",
        ),
    ],
)
def test_a_session_that_cannot_be_gets_one_line_with_its_number(tmp_path, table, message):
    with pytest.raises(InputFileError, match=message) as refusal:
        the_session(tmp_path, **table)
    assert "session[1]" in str(refusal.value) or "none.toml" in str(refusal.value)


GENESIS = {"device": "laser-genesis"}
TABLE = {"beam_radius_mm": [0, 2.5], "beam_irradiance": [1, 1]}
RECORDED = {"path_time_s": [0, 0.2, 0.4], "path_position_mm": [[0, 0], [2, 0], [4, 1]]}


@pytest.mark.parametrize(
    ("table", "one", "other"),
    [
        ({**TABLE, "beam_profile": "gaussian"}, "beam_profile", "beam_radius_mm"),
        ({**TABLE, "beam_pixel_um": 10}, "beam_pixel_um", "beam_radius_mm"),
        ({**RECORDED, "path": "spiral"}, "path", "path_time_s"),
        ({**RECORDED, "stacked_pulses": 2}, "stacked_pulses", "path_time_s"),
        # more keys of a pattern than of the path
        (
            {**RECORDED, "path": "spiral", "stacked_pulses": 1, "hand_wander_mm": 1},
            "path_time_s",
            "path",
        ),
    ],
)
def test_keys_that_no_object_can_have_together_are_refused(tmp_path, table, one, other):
    for first in ({}, SESSION.document(laser_genesis(n_pulses=3).on_day(0))):
        with pytest.raises(InputFileError) as refusal:
            the_session(tmp_path, **{**first, **GENESIS, **table})
        pair = re.search(r"session\[1\]: (\w+) and (\w+) exclude", str(refusal.value))
        assert pair is not None, refusal.value
        assert set(pair.groups()) == {one, other}


@pytest.mark.parametrize(
    ("table", "missing"),
    [
        ({"stop_reads": "thermometer"}, "stop_at_surface_c"),
        ({"thermometer_lag_s": 2}, "stop_at_surface_c and stop_reads = 'thermometer'"),
        ({"thermometer_field_mm": 9, "stop_at_surface_c": 42}, "stop_reads = 'thermometer'"),
        ({"hand_seed": 2, "hand_wander_mm": 0}, "hand_wander_mm or hand_pace_variation"),
        ({"beam_stand_off_mm": 20}, "beam_half_angle_mrad"),
        ({"beam_spreading": "fibre", "beam_tilt_mrad": 100}, "beam_half_angle_mrad"),
    ],
)
def test_a_key_that_changes_nothing_beside_the_others_is_refused(tmp_path, table, missing):
    key = next(iter(table))
    with pytest.raises(InputFileError, match=rf"session\[1\]: {key} changes nothing without"):
        the_session(tmp_path, **GENESIS, **table)
    with pytest.raises(InputFileError, match=re.escape(missing)):
        the_session(tmp_path, **GENESIS, **table)


def test_a_key_that_says_the_usual_may_stand_without_effect(tmp_path):
    told = the_session(tmp_path, **GENESIS, stop_reads="area-mean", beam_stand_off_mm=0)
    assert told == the_session(tmp_path, **GENESIS)


def test_a_scale_or_a_mask_without_a_photo_is_refused(tmp_path):
    for key, value in (("px_per_mm", 20), ("zone_mask", "nope.png")):
        for where in ({}, {"pores": "measured"}):
            with pytest.raises(InputFileError, match=f"skin.{key} is about skin.photo, which is"):
                read_skin(written(tmp_path, skin={**SKIN_TABLE, **where, key: value}))


def test_the_ensemble_of_a_skin_file_is_read_with_it(tmp_path):
    usual = EnsembleSettings(draws=100, members=7, photons=20_000)
    told = {"perfusion": "thermoregulated", "photons": 5000, "last_day": 9}
    path = written(tmp_path, simulation=told)
    expected = replace(usual, perfusion="thermoregulated", photons=5000)
    assert read_settings(path, usual) == expected
    alone = tmp_path / "skin.toml"
    alone.write_text(tomli_w.dumps({"skin": SKIN_TABLE}), encoding="utf-8")
    assert read_settings(alone, usual) == usual


def test_a_skin_written_whole_is_read_as_it_was(tmp_path):
    typical = Skin.typical("nose", 4, 51.0, sex="male", oiliness="oily")
    first, *others = typical.layers
    pores = PorePopulation.measured(
        np.array([2.5e-4, 4e-4]), 2e-5, diameter_factor=np.array([0.9, 1.1]),
        density_factor=np.array([1.2, 0.7]),
    )  # fmt: skip
    for skin in (
        typical,
        replace(typical, sebum=1.5),
        replace(typical, layers=(replace(first, thickness=6e-5), *others)),
        replace(typical, pores=pores),
    ):
        found = read_skin(written(tmp_path, skin=skin_document(skin)))
        assert SKIN.identity(found) == SKIN.identity(skin)


def test_pores_are_named_once(tmp_path):
    pores = {"diameter_mm": [0.3], "floor_mm": [0.2], "skin_area_cm2": 0.1}
    twice = {**SKIN_TABLE, "pores": "measured", "photo": "cheek.png"}
    with pytest.raises(InputFileError, match=r"skin\.pores and skin\.photo exclude each other"):
        read_skin(written(tmp_path, skin=twice))
    unscaled = {**SKIN_TABLE, "photo": "cheek.png"}
    with pytest.raises(InputFileError, match=r"skin\.photo needs skin\.px_per_mm"):
        read_skin(written(tmp_path, skin=unscaled))
    alone = read_skin(written(tmp_path, skin={**SKIN_TABLE, "pore_population": pores}))
    assert alone.pores.diameter.tolist() == [3e-4]
    assert not alone.pores.is_measured


def test_care_and_ensemble_come_from_their_tables(tmp_path):
    content = read_course(
        written(
            tmp_path,
            care=[{"kind": "cleansing", "from_day": 2, "level": 0.5}],
            simulation={"draws": 9, "photons": 2000, "last_day": 40},
        )
    )
    assert CARE.document(content.course.care[0]) == {
        "kind": "cleansing", "from_day": 2, "level": pytest.approx(0.5),
    }  # fmt: skip
    assert (content.settings.draws, content.settings.photons, content.settings.seed) == (9, 2000, 1)
    assert content.last_day == 40.0
    with pytest.raises(InputFileError, match=r"care\[1\]: to_day changes nothing for picking"):
        read_course(written(tmp_path, care=[{"kind": "picking", "to_day": 30}]))
    with pytest.raises(InputFileError, match=r"care\[1\]: picking runs from day 9 to day 3"):
        read_course(written(tmp_path, care=[{"kind": "picking", "from_day": 9, "to_day": 3}]))


def test_a_bad_entry_of_a_list_is_named_by_its_place(tmp_path):
    for table, place in (
        ({"beam_radius_mm": [0, 1, "x"], "beam_irradiance": [1, 1, 1]}, "beam_radius_mm[3] is 'x'"),
        ({"path_position_mm": [[0, 0], [0, "x"]]}, "path_position_mm[2][2] is 'x'"),
        ({"path_position_mm": [[0, 0], 3]}, "path_position_mm[2] is 3"),
    ):
        with pytest.raises(InputFileError) as refusal:
            the_session(tmp_path, **GENESIS, **table)
        assert f"course.toml: session[1].{place}; " in str(refusal.value)
    pores = {"diameter_mm": [-0.1], "floor_mm": [0.1], "skin_area_cm2": 1}
    with pytest.raises(InputFileError, match="skin: pore_population: diameter of a pore"):
        read_skin(written(tmp_path, skin={**SKIN_TABLE, "pore_population": pores}))


def test_every_mistake_of_a_course_is_told_at_once(tmp_path):
    path = tmp_path / "course.toml"
    path.write_text(
        '[skin]\nzone = "knee"\nfitzpatrick = true\nage_years = 350\n'
        '[[session]]\nday = -1\ndevice = "laser-genesis"\nspot_mn = 5\n',
        encoding="utf-8",
    )
    with pytest.raises(InputFileError) as problem:
        read_course(path)
    lines = str(problem.value).splitlines()
    assert all(line.startswith(f"{path}: ") for line in lines)
    places = ["skin.zone", "skin.fitzpatrick", "skin.age_years", "session[1].day"]
    assert [line.removeprefix(f"{path}: ").split(" ")[0] for line in lines] == [
        *places,
        "session[1].spot_mn",
    ]


def test_every_table_that_does_not_fit_is_told_at_once(tmp_path):
    path = tmp_path / "course.toml"
    path.write_text(
        '[skin]\nzone = "cheek"\nfitzpatrick = 3\nage_years = 35\n'
        '[[session]]\nday = 0\ndevice = "laser-genesi"\n'
        '[[session]]\nday = 1\ndevice = "pearl"\nradiant_exposure_j_cm2 = 99\n'
        '[[care]]\nkind = "picking"\nfrom_day = 9\nto_day = 3\n',
        encoding="utf-8",
    )
    with pytest.raises(InputFileError, match=r"session\[1\]: .*\n.*session\[2\]: .*\n.*care\[1\]:"):
        read_course(path)


def test_a_skin_type_may_be_written_as_a_roman_number(tmp_path):
    path = tmp_path / "skin.toml"
    path.write_text('[skin]\nzone = "cheek"\nfitzpatrick = "III"\nage_years = 35\n', "utf-8")
    skin = read_skin(path)
    assert skin.fitzpatrick == 3
    assert skin.layers == Skin.typical("cheek", 3, 35.0).layers


@pytest.mark.parametrize("wrong", ['"VII"', '"3"', "2.5"])
def test_a_skin_type_that_is_none_is_told_what_would_be_one(tmp_path, wrong):
    path = tmp_path / "skin.toml"
    path.write_text(f'[skin]\nzone = "cheek"\nfitzpatrick = {wrong}\nage_years = 35\n', "utf-8")
    with pytest.raises(InputFileError, match="expected 1 to 6, or I to VI") as caught:
        read_skin(path)
    assert "\n" not in str(caught.value)
