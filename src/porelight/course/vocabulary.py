"""The tables of fields of a course: session, care, skin, layers, pores, ensemble.

A new field of one of these classes is entered here, once; course files, JSON Schema, attributes of
outcomes, plans, states, identities and reports follow. See `porelight.course.fields`.
"""

import math
from decimal import Decimal
from typing import get_args

import numpy as np

from porelight.course.fields import (
    ONE,
    ClinicUnit,
    Count,
    Field,
    FieldTable,
    Flag,
    Name,
    Number,
    Series,
    Tables,
    Word,
    never,
)
from porelight.course.regimen import Care
from porelight.course.settings import EnsembleSettings
from porelight.laser.beam import Beam
from porelight.laser.exposure import Exposure, Session
from porelight.laser.motion import Motion, PulsePath
from porelight.laser.profiles import BeamImage, RadialProfile
from porelight.laser.thermometer import Thermometer
from porelight.quantities import Floats
from porelight.tissue.person import Oiliness, Sex, Zone
from porelight.tissue.population import PorePopulation
from porelight.tissue.skin import LAYERS, Layer, Skin

NM = ClinicUnit("nm", Decimal("1e-9"))
UM = ClinicUnit("um", Decimal("1e-6"))
MM = ClinicUnit("mm", Decimal("1e-3"))
MS = ClinicUnit("ms", Decimal("1e-3"))
SECOND = ClinicUnit("s")
HZ = ClinicUnit("Hz")
CM2 = ClinicUnit("cm2", Decimal("1e-4"))
J_PER_CM2 = ClinicUnit("J/cm2", Decimal("1e4"))
MRAD = ClinicUnit("mrad", Decimal("1e-3"))
DEGC = ClinicUnit("degrees C", Decimal(1), Decimal("273.15"))
DAY = ClinicUnit("days")  # a session's day is kept in days inside, too
SHARE = ClinicUnit("share")
RATIO = ClinicUnit("ratio")
PULSES = ClinicUnit("pulses")
YEARS = ClinicUnit("years")

_METRES = "Metres need multiplying by 1000."
_SECONDS = "Seconds need multiplying by 1000."


def _words(*words: str) -> Word:
    return Word({word: word for word in words})


def _ends_by_thermometer(session: Session) -> bool:
    exposure = session.exposure
    return exposure.stop_reads == "thermometer" and math.isfinite(exposure.stop_at_surface)


def _has_stop(session: Session) -> bool:
    return math.isfinite(session.exposure.stop_at_surface)


def _wanders(session: Session) -> bool:
    motion = session.exposure.motion
    return isinstance(motion, Motion) and (motion.wander > 0.0 or motion.pace_variation > 0.0)


SESSION = FieldTable(
    "a session",
    Session,
    (
        Field(
            path="day",
            key="day",
            meaning="day of the treatment, from the course's start",
            kind=Number(DAY, 0, 3650),
        ),
        Field(
            path="exposure.device",
            key="device",
            meaning="device, or name of the experiment",
            kind=Name(),
            decides=never,  # a name; what the device does is in the other fields
        ),
        Field(
            path="exposure.wavelength",
            key="wavelength_nm",
            meaning="wavelength in vacuum",
            kind=Number(NM, 400, 3000, "Metres need multiplying by 1e9."),
        ),
        Field(
            path="exposure.radiant_exposure",
            key="radiant_exposure_j_cm2",
            meaning="energy per area of beam",
            kind=Number(
                J_PER_CM2,
                0,
                100,
                "Laser Genesis uses 10 to 16 J/cm2, Pearl 1 to 3.5; J/m2 need dividing by 10000.",
            ),
        ),
        Field(
            path="exposure.beam.diameter",
            key="spot_mm",
            meaning="diameter of the beam",
            kind=Number(MM, 0.1, 30, _METRES),
        ),
        Field(
            path="exposure.pulse_duration",
            key="pulse_ms",
            meaning="length of one pulse",
            kind=Number(MS, 1e-6, 1000, _SECONDS),
        ),
        Field(
            path="exposure.rate",
            key="rate_hz",
            meaning="pulses per second",
            kind=Number(HZ, 0.01, 1000),
        ),
        Field(
            path="exposure.n_pulses",
            key="pulses",
            meaning="pulses in the session",
            kind=Count(PULSES, 1, 100_000),
        ),
        Field(
            path="exposure.area",
            key="area_cm2",
            meaning="area treated",
            kind=Number(CM2, 0.1, 2000, "Square metres need multiplying by 10000."),
        ),
        Field(
            path="exposure.passes",
            key="passes",
            meaning="how often the area is covered",
            kind=Count(ClinicUnit("passes"), 1, 4),
        ),
        Field(
            path="exposure.overlap",
            key="overlap",
            meaning="overlap of neighbouring spots",
            kind=Number(SHARE, 0, 0.8),
        ),
        Field(
            path="exposure.stop_at_surface",
            key="stop_at_surface_c",
            meaning="surface reading that ends the session",
            kind=Number(DEGC, 30, 60, "Kelvin need 273.15 subtracting."),
            usual=math.inf,
        ),
        Field(
            path="exposure.stop_reads",
            key="stop_reads",
            meaning="what is held against stop_at_surface_c",
            kind=Word({"area-mean": "area mean", "thermometer": "thermometer"}),
            usual="area mean",
            decides=_has_stop,
        ),
        Field(
            path="exposure.cooling",
            key="cooling",
            meaning="how the surface is cooled during the session",
            kind=Word(
                {
                    "none": "none",
                    "cold-air": "cold air",
                    "contact": "contact",
                    "cryogen": "cryogen",
                }
            ),
            usual="none",
        ),
        Field(
            path="exposure.aspect",
            key="width_over_height",
            meaning="width of the area over its height",
            kind=Number(RATIO, 0.01, 100),
            usual=1.0,
        ),
        Field(
            path="exposure.motion.pattern",
            key="path",
            meaning="how the spot travels over the area",
            kind=_words("raster", "spiral"),
            usual="raster",
        ),
        Field(
            path="exposure.motion.stacked",
            key="stacked_pulses",
            meaning="pulses on one spot before the spot moves on",
            kind=Count(PULSES, 1, 1000),
            usual=1,
        ),
        Field(
            path="exposure.motion.wander",
            key="hand_wander_mm",
            meaning="standard deviation of a hand from the pattern",
            kind=Number(MM, 0, 20, _METRES),
            usual=0.0,
        ),
        Field(
            path="exposure.motion.pace_variation",
            key="hand_pace_variation",
            meaning="standard deviation of the logarithm of a hand's speed",
            kind=Number(ONE, 0, 1),
            usual=0.0,
        ),
        Field(
            path="exposure.motion.seed",
            key="hand_seed",
            meaning="another seed is another hand",
            kind=Count(ClinicUnit("seed"), 0, 2**31),
            usual=0,
            decides=_wanders,
        ),
        Field(
            path="exposure.motion.time",
            key="path_time_s",
            meaning="when each pulse of a recorded path fell, from the first on",
            kind=Series(SECOND),
        ),
        Field(
            path="exposure.motion.position",
            key="path_position_mm",
            meaning="where it fell: x and y from the middle of the area",
            kind=Series(MM),
        ),
        Field(
            path="exposure.thermometer.field_of_view",
            key="thermometer_field_mm",
            meaning="circle that the thermometer sees",
            kind=Number(MM, 0.1, 200, _METRES),
            usual=lambda: Thermometer.typical().field_of_view,
            decides=_ends_by_thermometer,
        ),
        Field(
            path="exposure.thermometer.lag",
            key="thermometer_lag_s",
            meaning="response time of the thermometer",
            kind=Number(SECOND, 0, 60),
            usual=lambda: Thermometer.typical().lag,
            decides=_ends_by_thermometer,
        ),
        Field(
            path="exposure.thermometer.emissivity_setting",
            key="thermometer_emissivity",
            meaning="emissivity that the thermometer is set to",
            kind=Number(SHARE, 0.5, 1),
            usual=lambda: Thermometer.typical().emissivity_setting,
            decides=_ends_by_thermometer,
        ),
        Field(
            path="exposure.beam.profile",
            key="beam_profile",
            meaning="profile of the beam",
            kind=_words("flat-top", "gaussian", "ring", "pencil"),
            usual="flat-top",
        ),
        Field(
            path="exposure.beam.profile.radius",
            key="beam_radius_mm",
            meaning="radii of a measured profile",
            kind=Series(MM, as_tuple=True),
        ),
        Field(
            path="exposure.beam.profile.irradiance",
            key="beam_irradiance",
            meaning="irradiance of a measured profile, in any unit",
            kind=Series(as_tuple=True),
        ),
        Field(
            path="exposure.beam.profile.pixel",
            key="beam_pixel_um",
            meaning="pixel of a picture of the beam",
            kind=Number(UM),
        ),
        Field(
            path="exposure.beam.inner_diameter",
            key="beam_inner_diameter_mm",
            meaning="dark middle of a ring",
            kind=Number(MM, 0, 30, _METRES),
            usual=0.0,
        ),
        Field(
            path="exposure.beam.tilt",
            key="beam_tilt_mrad",
            meaning="angle between the beam and the skin's normal",
            kind=Number(MRAD, 0, 1483),
            usual=0.0,
        ),
        Field(
            path="exposure.beam.half_angle",
            key="beam_half_angle_mrad",
            meaning="half angle of divergence",
            kind=Number(MRAD, 0, 1483),
            usual=0.0,
        ),
        Field(
            path="exposure.beam.stand_off",
            key="beam_stand_off_mm",
            meaning="distance from where the diameter holds to the skin",
            kind=Number(MM, 0, 1000, _METRES),
            usual=0.0,
        ),
        Field(
            path="exposure.beam.spreading",
            key="beam_spreading",
            meaning="one direction at each point, or a fibre's cone",
            kind=_words("beam", "fibre"),
            usual="beam",
        ),
    ),
    {
        "exposure": (Exposure,),
        "exposure.beam": (Beam,),
        "exposure.beam.profile": (RadialProfile, BeamImage),
        "exposure.motion": (Motion, PulsePath),
        "exposure.thermometer": (Thermometer,),
    },
)

CARE = FieldTable(
    "care",
    Care,
    (
        Field(
            path="kind",
            key="kind",
            meaning="what the person does",
            kind=_words("cleansing", "unprotected-sun", "sun-protection", "picking"),
        ),
        Field(
            path="from_day",
            key="from_day",
            meaning="first day",
            kind=Number(DAY, 0, 36500),
            usual=0.0,
        ),
        Field(
            path="to_day",
            key="to_day",
            meaning="last day; left out for good",
            kind=Number(DAY, 0, 36500),
            usual=math.inf,
            decides=lambda care: care.kind != "picking",  # done in a moment
        ),
        Field(
            path="level",
            key="level",
            meaning="how fully, 0 not at all to 1 wholly",
            kind=Number(SHARE, 0, 1),
            usual=1.0,
        ),
    ),
)

LAYER = FieldTable(
    "a layer",
    Layer,
    (
        Field(path="name", key="name", meaning="name of the layer", kind=_words(*LAYERS)),
        Field(
            path="thickness",
            key="thickness_um",
            meaning="thickness; left out for a last layer without end",
            kind=Number(UM, 1, 1e6),
            usual=math.inf,
        ),
        *(
            Field(path=path, key=path, meaning=meaning, kind=Number(SHARE, 0, 1), usual=0.0)
            for path, meaning in (
                ("melanosome_fraction", "melanosomes, share of the volume"),
                ("blood_fraction", "blood, share of the volume"),
                ("oxygen_saturation", "haemoglobin that carries oxygen"),
                ("water_fraction", "water, share of the volume"),
                ("lipid_fraction", "lipid, share of the volume"),
            )
        ),
        Field(
            path="vessel_radius",
            key="vessel_radius_um",
            meaning="radius of the blood vessels",
            kind=Number(UM, 0, 1000),
            usual=0.0,
        ),
    ),
)


def _no_spread() -> Floats:
    return np.ones(1)


PORES = FieldTable(
    "a population of pores",
    PorePopulation,
    (
        Field(
            path="diameter",
            key="diameter_mm",
            meaning="equal-area diameter of each pore",
            kind=Series(MM),
        ),
        Field(
            path="floor",
            key="floor_mm",
            meaning="genetic size of each, below which none shrinks",
            kind=Series(MM),
        ),
        Field(
            path="area",
            key="skin_area_cm2",
            meaning="area of the skin that they sit on",
            kind=Number(CM2),
        ),
        Field(
            path="is_measured",
            key="is_measured",
            meaning="whether they were measured in a photograph",
            kind=Flag(),
            usual=False,
            decides=never,
        ),
        Field(
            path="diameter_factor",
            key="diameter_factor",
            meaning="draws of all true diameters over those measured",
            kind=Series(),
            usual=_no_spread,
        ),
        Field(
            path="density_factor",
            key="density_factor",
            meaning="draws of the true number per area over that measured",
            kind=Series(),
            usual=_no_spread,
        ),
    ),
)

_ZONES, _SEXES, _OILINESSES = (_words(*get_args(alias)) for alias in (Zone, Sex, Oiliness))

SKIN = FieldTable(
    "a skin",
    Skin,
    (
        Field(path="zone", key="zone", meaning="part of the face", kind=_ZONES),
        Field(
            path="fitzpatrick",
            key="fitzpatrick",
            meaning="Fitzpatrick skin type, 1 for I to 6 for VI",
            kind=Count(ClinicUnit("type"), 1, 6),
        ),
        Field(path="age", key="age_years", meaning="age", kind=Number(YEARS, 12, 110)),
        Field(path="sex", key="sex", meaning="sex", kind=_SEXES, usual="female"),
        Field(
            path="oiliness", key="oiliness", meaning="oiliness", kind=_OILINESSES, usual="normal"
        ),
        Field(
            path="sebum",
            key="sebum_sd",
            meaning="sebum in standard deviations above people of the same oiliness",
            kind=Number(ONE, -6, 6),
            usual=0.0,
        ),
        Field(
            path="layers",
            key="layer",
            meaning="layers from the surface down, instead of typical ones",
            kind=Tables(LAYER),
        ),
        Field(
            path="pores",
            key="pore_population",
            meaning="the pores, instead of typical ones",
            kind=Tables(PORES, is_list=False),
        ),
    ),
)

ENSEMBLE = FieldTable(
    "an ensemble",
    EnsembleSettings,
    (
        Field(
            path="draws",
            key="draws",
            meaning="draws of the biology",
            kind=Count(ClinicUnit("draws"), 8, 100_000),
            usual=500,
        ),
        Field(
            path="members",
            key="members",
            meaning="draws of the physics",
            kind=Count(ClinicUnit("members"), 1, 200),
            usual=8,
        ),
        Field(
            path="photons",
            key="photons",
            meaning="photons per member",
            kind=Count(ClinicUnit("photons"), 1000, 10**9),
            usual=100_000,
        ),
        Field(
            path="seed",
            key="seed",
            meaning="the same seed gives the same numbers",
            kind=Count(ClinicUnit("seed"), 0, 2**31),
            usual=1,
        ),
        Field(
            path="perfusion",
            key="perfusion",
            meaning="blood flow as at rest, or more as the skin warms",
            kind=Word(
                {"constant": "constant", "thermoregulated": "thermoregulated"},
                older={"answers-warmth": "thermoregulated"},
            ),
            usual="constant",
        ),
    ),
)
