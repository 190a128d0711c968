"""Nothing of a course is lost between objects and files, and its identity is exact."""

import json
import math
import tomllib
from dataclasses import fields, replace
from decimal import Decimal

import numpy as np
import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from porelight.course.codec import skin_document, skin_of
from porelight.course.documents import json_document, json_text
from porelight.course.fields import Field, FieldTable, never
from porelight.course.kinds import Count, Name, Number
from porelight.course.regimen import Care
from porelight.course.settings import EnsembleSettings
from porelight.course.vocabulary import CARE, ENSEMBLE, LAYER, PORES, SESSION, SKIN
from porelight.errors import ParameterError
from porelight.laser.beam import Beam
from porelight.laser.devices import laser_genesis, pearl
from porelight.laser.exposure import Exposure, Session
from porelight.laser.motion import Motion, PulsePath
from porelight.laser.profiles import BeamImage, RadialProfile
from porelight.laser.thermometer import Thermometer
from porelight.tissue.own_optics import OwnOptics, prior_of_person
from porelight.tissue.population import PorePopulation
from porelight.tissue.skin import Skin


def number(low, high):
    return st.floats(low, high, allow_nan=False, allow_subnormal=False)


SHARE = number(0.0, 1.0)
COUNT = st.integers(1, 500)
PATHS = st.lists(st.tuples(number(-1e-3, 1e-3), number(-1e-3, 1e-3)), min_size=1, max_size=4).map(
    lambda at: PulsePath(np.arange(len(at), dtype=np.float64) * 0.37, np.array(at))
)
MOTIONS = st.builds(
    Motion,
    pattern=st.sampled_from(["raster", "spiral"]),
    stacked=st.just(1),
    wander=number(0.0, 5e-3),
    pace_variation=SHARE,
    seed=st.integers(0, 2**31),
)
PROFILES = st.one_of(
    st.sampled_from(["flat-top", "gaussian"]),
    number(1e-4, 5e-3).map(lambda r: RadialProfile((0.0, r), (1.0, 0.3))),
    number(1e-6, 1e-4).map(lambda side: BeamImage(np.array([[1.0, 0.2], [0.7, 1.0]]), side)),
)
BEAMS = st.builds(
    Beam,
    profile=PROFILES,
    diameter=number(1e-3, 1e-2),
    tilt=number(0.0, 0.5),
    half_angle=number(0.0, 0.3),
    stand_off=number(0.0, 0.1),
    spreading=st.sampled_from(["beam", "fibre"]),
)


@st.composite
def sessions(draw):
    motion = draw(st.one_of(MOTIONS, PATHS))
    n_pulses = motion.n_pulses if isinstance(motion, PulsePath) else draw(COUNT)
    exposure = Exposure(
        device=draw(st.text('abc-é"', max_size=8)),
        wavelength=draw(number(4e-7, 3e-6)),
        pulse_duration=draw(number(1e-9, 1e-3)),
        radiant_exposure=draw(number(0.0, 1e6)),
        beam=draw(BEAMS),
        rate=draw(number(0.1, 20.0)),
        n_pulses=n_pulses,
        area=draw(number(1e-2, 0.1)),
        passes=draw(st.integers(1, min(n_pulses, 40))),
        overlap=draw(number(0.0, 0.95)),
        stop_at_surface=draw(st.one_of(st.just(math.inf), number(284.0, 353.0))),
        cooling=draw(st.sampled_from(["none", "cold air", "contact", "cryogen"])),
        motion=motion,
        aspect=draw(number(0.5, 2.0)),
        stop_reads=draw(st.sampled_from(["area mean", "thermometer"])),
        thermometer=draw(
            st.builds(
                Thermometer,
                field_of_view=number(1e-3, 0.1),
                lag=number(0.0, 5.0),
                emissivity_setting=number(0.5, 1.0),
            )
        ),
    )
    return Session(draw(number(0.0, 3650.0)), exposure)


CARES = st.builds(
    Care,
    kind=st.sampled_from(["cleansing", "unprotected-sun", "sun-protection", "picking"]),
    from_day=number(0.0, 100.0),
    to_day=st.one_of(st.just(math.inf), number(101.0, 1e4)),
    level=SHARE,
)
ENSEMBLES = st.builds(
    EnsembleSettings,
    draws=st.integers(8, 500),
    members=st.integers(1, 200),
    photons=st.integers(1000, 10**9),
    seed=st.integers(0, 2**31),
    perfusion=st.sampled_from(["constant", "thermoregulated"]),
)
SIZES = st.lists(number(1e-4, 1e-3), min_size=1, max_size=5)


@st.composite
def skins(draw):
    typical = Skin.typical(
        draw(st.sampled_from(["cheek", "nose", "chin"])),
        draw(st.integers(1, 6)),
        draw(number(18.0, 90.0)),
        sex=draw(st.sampled_from(["female", "male"])),
        oiliness=draw(st.sampled_from(["dry", "normal", "oily"])),
    )
    if draw(st.booleans()):
        diameter = np.array(draw(SIZES))
        factors = np.array(draw(st.lists(number(0.5, 2.0), min_size=2, max_size=3)))
        pores = PorePopulation.measured(
            diameter, 1e-4, diameter_factor=factors, density_factor=factors[::-1].copy()
        )
        typical = replace(typical, pores=pores)
    if draw(st.booleans()):
        first, *others = typical.layers
        first = replace(
            first, thickness=draw(number(5e-5, 2e-4)), melanosome_fraction=draw(SHARE) / 4
        )
        typical = replace(typical, layers=(first, *others))
    return replace(typical, sebum=draw(number(-5.0, 5.0)))


def through_json(document):
    return json_document(json_text(document))


def through_toml(document):
    return tomllib.loads(tomli_w.dumps(document), parse_float=Decimal)


CARRIERS = pytest.mark.parametrize("carried", [through_json, through_toml], ids=["json", "toml"])
TABLES = pytest.mark.parametrize(
    ("table", "objects"),
    [(SESSION, sessions()), (CARE, CARES), (ENSEMBLE, ENSEMBLES)],
    ids=["session", "care", "ensemble"],
)


def exact(held):
    return held.tolist() if isinstance(held, np.ndarray) else held


def leaves(table, value):
    """Return every attribute of an object with its exact value, read without the table."""
    found = {}

    def walk(one, prefix):
        for entry in fields(one):
            if not entry.init:
                continue
            held, path = getattr(one, entry.name), f"{prefix}{entry.name}"
            if hasattr(held, "__dataclass_fields__"):
                walk(held, f"{path}.")
            elif isinstance(held, np.ndarray):
                found[path] = held.tolist()
            elif isinstance(held, tuple) and held and hasattr(held[0], "__dataclass_fields__"):
                for i, inner in enumerate(held):
                    walk(inner, f"{path}[{i}].")
            else:
                found[path] = held

    walk(value, "")
    return found


@CARRIERS
@TABLES
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_every_field_comes_back_with_every_bit(table, objects, carried, data):
    value = data.draw(objects)
    again = table.object(carried(table.document(value)))
    assert leaves(table, again) == leaves(table, value)
    assert table.identity(again) == table.identity(value)


@CARRIERS
@settings(max_examples=30, deadline=None)
@given(skin=skins())
def test_every_field_of_a_skin_comes_back_with_every_bit(carried, skin):
    again = skin_of(carried(skin_document(skin)))
    assert leaves(SKIN, again) == leaves(SKIN, skin)
    assert SKIN.identity(again) == SKIN.identity(skin)


@settings(max_examples=150, deadline=None)
@given(one=sessions(), other=sessions(), data=st.data())
def test_identity_changes_when_and_only_when_a_deciding_field_does(one, other, data):
    """Copy one field from another session: the identity moves with it exactly if it decides."""
    name = data.draw(st.sampled_from([entry.name for entry in fields(Exposure)]))
    if name in ("motion", "n_pulses", "passes"):  # must fit together
        return
    changed = Session(one.day, replace(one.exposure, **{name: getattr(other.exposure, name)}))
    deciding = [
        {field.path: exact(held) for field, held in SESSION.leaves(value) if field.decides(value)}
        for value in (one, changed)
    ]
    assert (SESSION.identity(one) == SESSION.identity(changed)) == (deciding[0] == deciding[1])


GENESIS = laser_genesis()
WITH_STOP = replace(GENESIS, stop_at_surface=316.15)
BY_THERMOMETER = replace(WITH_STOP, stop_reads="thermometer")
OTHER_THERMOMETER = replace(Thermometer.typical(), lag=2.0)


@pytest.mark.parametrize(
    ("before", "change"),
    [
        # what the old hand-kept lists forgot, each alone
        (GENESIS, {"wavelength": 1.32e-6}),
        (GENESIS, {"cooling": "cold air"}),
        (GENESIS, {"aspect": 4.0}),
        (GENESIS, {"stop_at_surface": 315.15}),
        (WITH_STOP, {"stop_reads": "thermometer"}),
        (BY_THERMOMETER, {"thermometer": OTHER_THERMOMETER}),
        # and everything else
        (GENESIS, {"pulse_duration": 3.0000000000000003e-4}),
        (GENESIS, {"radiant_exposure": 1.3e5}),
        (GENESIS, {"beam": Beam("gaussian", 5e-3)}),
        (GENESIS, {"beam": Beam("flat-top", 5e-3, tilt=0.1)}),
        (GENESIS, {"rate": 8.0}),
        (GENESIS, {"n_pulses": 1999}),
        (GENESIS, {"area": 1.1e-2}),
        (GENESIS, {"passes": 3}),
        (pearl(), {"overlap": 0.3}),
        (GENESIS, {"motion": Motion("spiral")}),
        (GENESIS, {"motion": Motion(stacked=2)}),
        (GENESIS, {"motion": Motion.by_hand()}),
    ],
)
def test_another_exposure_is_another_session(before, change):
    one, other = (Session(14.0, exposure) for exposure in (before, replace(before, **change)))
    assert SESSION.identity(one) != SESSION.identity(other)
    assert SESSION.identity(one) != SESSION.identity(replace(one, day=15.0))


@pytest.mark.parametrize(
    ("before", "change"),
    [
        (GENESIS, {"device": "another name"}),
        (GENESIS, {"stop_reads": "thermometer"}),  # there is no stop that could be read
        (GENESIS, {"thermometer": OTHER_THERMOMETER}),
        (WITH_STOP, {"thermometer": OTHER_THERMOMETER}),  # the mean of the area ends it
        (GENESIS, {"motion": Motion(seed=5)}),  # a scanner does not wander
        # nothing spreads without an angle
        (GENESIS, {"beam": Beam("flat-top", 5e-3, stand_off=0.02)}),
        (GENESIS, {"beam": Beam("flat-top", 5e-3, spreading="fibre")}),
    ],
)
def test_what_decides_nothing_is_the_same_session(before, change):
    one, other = (Session(14.0, exposure) for exposure in (before, replace(before, **change)))
    assert SESSION.identity(one) == SESSION.identity(other)


def test_another_skin_has_another_identity_field_by_field():
    skin = Skin.typical("cheek", 3, 35.0)
    first, *deeper = skin.layers
    larger = replace(skin.pores, diameter=skin.pores.diameter * 1.01)
    own = OwnOptics(
        source="a spectrum", site="cheek", **prior_of_person("cheek").values(np.zeros((2, 11)))
    )
    others = [
        replace(skin, zone="nose"),
        replace(skin, fitzpatrick=4),
        replace(skin, age=36.0),
        replace(skin, sex="male"),
        replace(skin, oiliness="oily"),
        replace(skin, sebum=1.0),  # was forgotten
        replace(skin, layers=(replace(first, thickness=1.1e-4), *deeper)),
        replace(skin, layers=(first, replace(deeper[0], oxygen_saturation=0.5), *deeper[1:])),
        replace(skin, pores=larger),
        replace(skin, pores=replace(skin.pores, floor=skin.pores.floor * 0.99)),
        replace(skin, pores=replace(skin.pores, area=skin.pores.area * 1.01)),
        replace(skin, pores=replace(skin.pores, diameter_factor=np.array([1.1]))),
        replace(skin, pores=replace(skin.pores, density_factor=np.array([1.1]))),
        replace(skin, optics=own),
        replace(skin, optics=replace(own, blood_multiplier=own.blood_multiplier * 1.01)),
    ]
    assert len({SKIN.identity(one) for one in [skin, *others]}) == len(others) + 1
    # every field of the class is among those changed
    assert {entry.name for entry in fields(Skin)} <= {
        *("zone", "fitzpatrick", "age", "sex", "oiliness", "sebum", "layers", "pores", "optics")
    }
    measured = replace(skin, pores=replace(skin.pores, is_measured=True))
    assert SKIN.identity(measured) == SKIN.identity(skin)


def test_a_table_that_forgets_or_invents_a_field_cannot_be_made():
    known = CARE.fields
    with pytest.raises(ParameterError, match="differ in level"):
        FieldTable("care", Care, tuple(one for one in known if one.path != "level"))
    extra = Field(path="mood", key="mood", meaning="of the person", kind=Name())
    with pytest.raises(ParameterError, match="differ in mood"):
        FieldTable("care", Care, (*known, extra))
    again = replace(known[1], path="level", key="kind")
    with pytest.raises(ParameterError, match="a key that is used twice"):
        FieldTable("care", Care, (*known[:3], again))


@pytest.mark.parametrize(
    "table", [SESSION, CARE, LAYER, PORES, SKIN, ENSEMBLE], ids=lambda t: t.what
)
def test_every_field_says_what_it_means_in_a_unit_of_its_key(table):
    endings = {
        "nm": "_nm", "um": "_um", "mm": "_mm", "ms": "_ms", "s": "_s", "Hz": "_hz", "cm2": "_cm2",
        "J/cm2": "_j_cm2", "mrad": "_mrad", "degC": "_c", "years": "_years",
    }  # fmt: skip
    for field in table.fields:
        assert field.meaning, field.key
        unit = getattr(getattr(field.kind, "unit", None), "name", "")
        assert field.key.endswith(endings.get(unit, "")), field.key


def test_clinic_numbers_read_as_people_write_them():
    document = SESSION.document(laser_genesis(stop_at_surface=316.15).on_day(14))
    assert json.loads(json_text(document)) == {
        "day": 14, "device": "laser-genesis", "wavelength_nm": 1064, "pulse_ms": 0.3,
        "radiant_exposure_j_cm2": 14, "spot_mm": 5, "rate_hz": 7, "pulses": 2000, "area_cm2": 100,
        "passes": 4, "overlap": 0, "stop_at_surface_c": 43,
    }  # fmt: skip


# what course files could always say: a range that narrows refuses files that people have
RANGES = {
    "day": (0, 3650), "wavelength_nm": (400, 3000), "radiant_exposure_j_cm2": (0, 100),
    "spot_mm": (0.1, 30), "pulse_ms": (1e-6, 1000), "rate_hz": (0.01, 1000),
    "pulses": (1, 100_000), "area_cm2": (0.1, 2000), "passes": (1, 4), "overlap": (0, 0.8),
    "stop_at_surface_c": (30, 60), "width_over_height": (0.01, 100), "stacked_pulses": (1, 1000),
    "hand_seed": (0, 2**31), "thermometer_field_mm": (0.1, 200), "thermometer_lag_s": (0, 60),
    "thermometer_emissivity": (0.5, 1), "from_day": (0, 36500), "to_day": (0, 36500),
    "level": (0, 1), "fitzpatrick": (1, 6), "age_years": (12, 110), "draws": (8, 100_000),
    "members": (1, 200), "photons": (1000, 10**9), "seed": (0, 2**31),
}  # fmt: skip


def test_the_ranges_of_course_files_hold_all_that_people_have():
    for table in (SESSION, CARE, SKIN, ENSEMBLE):
        for field in table.fields:
            if field.key in RANGES:
                low, high = RANGES[field.key]
                assert field.kind.low <= low < high <= field.kind.high, field.key


def numbers_of(table):
    return [field for field in table.fields if isinstance(field.kind, Number | Count)]


@pytest.mark.parametrize(
    ("table", "value"),
    [
        (SESSION, laser_genesis(stop_at_surface=316.15).on_day(14.0)),
        (SESSION, replace(GENESIS, beam=Beam("ring", 5e-3, inner_diameter=1e-3)).on_day(1.0)),
        (CARE, Care("cleansing", 1.0, 9.0)),
        (ENSEMBLE, EnsembleSettings()),
        (LAYER, Skin.typical("cheek", 3, 35.0).layers[0]),
        (SKIN, Skin.typical("cheek", 3, 35.0)),
        (PORES, Skin.typical("cheek", 3, 35.0).pores),
    ],
)
def test_files_and_objects_have_one_range(table, value):
    """Beyond either end a file is refused; and so is the object, made without any file."""
    held = {field.path: found for field, found in table.leaves(value)}
    for field in numbers_of(table):
        if field.path not in held or field.key in ("beam_half_angle_mrad", "beam_tilt_mrad"):
            continue
        step = 1 if isinstance(field.kind, Count) else 1e-6 * max(abs(field.kind.high), 1.0)
        unit = Decimal(1) if step == 1 else field.kind.unit.size
        for end in (field.kind.low - step, field.kind.high + step):
            outside = end if step == 1 else float(Decimal(end) * unit + field.kind.unit.zero)
            with pytest.raises(ValueError, match="to"):
                field.kind.read(end)
            with pytest.raises(ParameterError):
                changed(value, field.path, outside)


def changed(value, path, new):
    """Return an object with another value at a dotted path."""
    name, _, rest = path.partition(".")
    return replace(value, **{name: changed(getattr(value, name), rest, new) if rest else new})


@pytest.mark.parametrize("passes", [1, 6, 20])
def test_a_session_that_a_device_takes_is_read_back_from_its_document(passes):
    session = laser_genesis(passes=passes).on_day(36525.0)
    assert SESSION.object(through_json(SESSION.document(session))) == session


def test_what_a_document_leaves_out_is_as_usual():
    assert ENSEMBLE.object({}) == EnsembleSettings()
    assert CARE.object({"kind": "cleansing"}) == Care("cleansing")
    assert ENSEMBLE.document(EnsembleSettings()) == {}
    assert set(ENSEMBLE.document(EnsembleSettings(), whole=True)) == {
        *("draws", "members", "photons", "seed", "perfusion", "people"),
        "attendance",
    }


def test_half_a_measured_profile_is_no_beam():
    document = SESSION.document(GENESIS.on_day(0))
    with pytest.raises(ParameterError, match="beam_irradiance is missing"):
        SESSION.object({**document, "beam_radius_mm": [0, 1]})
    with pytest.raises(ParameterError, match="path_position_mm is missing"):
        SESSION.object({**document, "path_time_s": [0, 1]})


@pytest.mark.parametrize("wandering", [{"wander": 1e-3}, {"pace_variation": 0.1}])
def test_the_seed_of_a_hand_decides_where_the_hand_does(wandering):
    one, other = (replace(GENESIS, motion=Motion(**wandering, seed=seed)) for seed in (1, 2))
    assert SESSION.identity(one.on_day(0)) != SESSION.identity(other.on_day(0))


def test_the_end_of_care_decides_unless_it_is_done_in_a_moment():
    for kind, decides in (("cleansing", True), ("picking", False)):
        one, other = Care(kind, 1.0, 9.0), Care(kind, 1.0, 19.0)
        assert (CARE.identity(one) != CARE.identity(other)) == decides


def test_only_what_files_can_hold_becomes_json():
    with pytest.raises(TypeError, match="set in a document"):
        json_text({"odd": {1}})
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_text({"odd": math.nan})


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"days": 1}, "days is not a key; did you mean 'day'?"),
        ({"day": "1"}, "day is '1'; expected a number in days"),
        ({"day": True}, "day is True; expected a number in days"),
        ({"day": math.inf}, "day is inf; expected 0 to 36525 days"),
        ({"day": Decimal("NaN")}, "day is .*; expected 0 to 36525 days"),
        ({"spot_mm": 0.05}, "expected 0.1 to 100 mm. Metres need multiplying by 1000"),
        ({"passes": 1001}, "passes is 1001; expected 1 to 1000"),
        ({"path_time_s": [0.0, math.nan]}, "expected a finite number in s"),
        ({"day": 1}, r"device is missing \(device, or name of the experiment\)"),
        ({"pulses": 1.0}, "pulses is 1.0; expected a whole number"),
        ({"cooling": "ice"}, "cooling is 'ice'; expected 'none' or 'cold-air' or"),
        ({"path_time_s": 3}, "path_time_s is 3; expected a list of numbers in s"),
        ({"path_position_mm": [[0, 1], [2]]}, "or rows of equal length"),
    ],
)
def test_a_document_that_is_none_gets_one_line(document, message):
    with pytest.raises(ParameterError, match=message):
        SESSION.object(document)


def test_a_skin_without_its_type_is_refused():
    with pytest.raises(ParameterError, match="fitzpatrick is missing"):
        skin_of({"zone": "nose", "age_years": 30})


def test_typical_skin_is_written_in_a_few_words_and_kept_pores_go_first():
    skin = Skin.typical("nose", 3, 35.0)
    person = {"zone": "nose", "fitzpatrick": 3, "age_years": 35}
    assert skin_document(skin) == {**person, "sex": "female", "oiliness": "normal"}
    few = PorePopulation.measured(np.array([3e-4]), 1e-4)
    measured = replace(skin, pores=few)
    assert "pore_population" in skin_document(measured)
    own = PorePopulation.measured(np.array([4e-4]), 1e-4)
    assert skin_of(skin_document(measured), own).pores is own


def test_a_label_that_decides_nothing_is_still_written():
    assert SESSION.field_of("device").decides is never
    assert SESSION.document(GENESIS.on_day(0))["device"] == "laser-genesis"


def test_numbers_beyond_double_precision_are_rounded_once():
    mm = Number(SESSION.field_of("spot_mm").kind.unit)
    assert mm.read(Decimal("0.1")) == 1e-4
    assert mm.write(1e-4) == Decimal("0.1")


def test_the_ends_of_a_range_are_within_it():
    kind = SESSION.field_of("spot_mm").kind
    for text in ("0.1", "30"):
        assert kind.read(Decimal(text)) == pytest.approx(float(text) * 1e-3)


@pytest.mark.parametrize(
    ("table", "document", "line"),
    [
        (SESSION, {"cooling": ["none"]}, "cooling is ['none']; expected 'none' or 'cold-air' or"),
        (SESSION, {"overlap": Decimal("0.99")}, "overlap is 0.99; expected 0 to 0.95."),
        (SESSION, {"overlap": "1"}, "overlap is '1'; expected a number."),
        (SESSION, {"path_time_s": "1" * 900}, f"path_time_s is '{'1' * 59}...; expected a list"),
        (
            SKIN,
            {"pore_population": {"diameter_mm": [-0.1], "floor_mm": [0.1], "skin_area_cm2": 1}},
            "pore_population: diameter of a pore is -0.0001 m at index (0,); expected 1e-05 to",
        ),
        (
            SKIN,
            {"layer": [{"name": "fat"}, {"name": "fat", "thickness_um": 0}]},
            "layer: number 2: thickness_um is 0; expected 1 to 1e+06 um.",
        ),
        (SKIN, {"layer": [3]}, "layer is [3]; expected a table for a layer."),
    ],
)
def test_a_mistake_inside_a_table_is_one_clear_line(table, document, line):
    with pytest.raises(ParameterError) as refusal:
        table.values(document)
    assert str(refusal.value).startswith(line)
    assert len(str(refusal.value)) < 160
