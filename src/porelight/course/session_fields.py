"""The fields of a session; see `porelight.course.vocabulary`."""

import math

from porelight.course.counted import DAYS, PASSES, PULSES
from porelight.course.fields import Field, FieldTable, never
from porelight.course.kinds import Count, Name, Number, Series, Word, same_words
from porelight.data.file_units import (
    CM2,
    DEGC,
    HZ,
    J_PER_CM2,
    MM,
    MRAD,
    MS,
    NM,
    SECOND,
    UM,
)
from porelight.laser import session_ranges as ranges
from porelight.laser.beam import Beam
from porelight.laser.exposure import Exposure, Session
from porelight.laser.motion import Motion, PulsePath
from porelight.laser.profiles import BeamImage, RadialProfile
from porelight.laser.thermometer import Thermometer

_METRES = "Metres need multiplying by 1000."
_SECONDS = "Seconds need multiplying by 1000."


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
            kind=Number.of(ranges.DAY, DAYS),
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
            kind=Number.of(ranges.LIGHT, NM, "Metres need multiplying by 1e9."),
        ),
        Field(
            path="exposure.radiant_exposure",
            key="radiant_exposure_j_cm2",
            meaning="energy per area of beam",
            kind=Number.of(ranges.PULSE_EXPOSURE, J_PER_CM2, "J/m2 need dividing by 10000."),
        ),
        Field(
            path="exposure.beam.diameter",
            key="spot_mm",
            meaning="diameter of the beam",
            kind=Number.of(ranges.SPOT, MM, _METRES),
        ),
        Field(
            path="exposure.pulse_duration",
            key="pulse_ms",
            meaning="length of one pulse",
            kind=Number.of(ranges.PULSE, MS, _SECONDS),
        ),
        Field(
            path="exposure.rate",
            key="rate_hz",
            meaning="pulses per second",
            kind=Number.of(ranges.PULSE_RATE, HZ),
        ),
        Field(
            path="exposure.n_pulses",
            key="pulses",
            meaning="pulses in the session",
            kind=Count.of(ranges.N_PULSES, PULSES),
        ),
        Field(
            path="exposure.area",
            key="area_cm2",
            meaning="area treated",
            kind=Number.of(ranges.AREA, CM2, "Square metres need multiplying by 10000."),
        ),
        Field(
            path="exposure.passes",
            key="passes",
            meaning="how often the area is covered",
            kind=Count.of(ranges.PASSES, PASSES),
        ),
        Field(
            path="exposure.overlap",
            key="overlap",
            meaning="overlap of neighbouring spots",
            kind=Number.of(ranges.OVERLAP),
        ),
        Field(
            path="exposure.stop_at_surface",
            key="stop_at_surface_c",
            meaning="surface reading that ends the session",
            kind=Number.of(ranges.STOP, DEGC, "Kelvin need 273.15 subtracting."),
            usual=math.inf,
        ),
        Field(
            path="exposure.stop_reads",
            key="stop_reads",
            meaning="what is held against stop_at_surface_c",
            kind=Word({"area-mean": "area mean", "thermometer": "thermometer"}),
            usual="area mean",
            decides=_has_stop,
            idle="without stop_at_surface_c",
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
            kind=Number.of(ranges.ASPECT),
            usual=1.0,
        ),
        Field(
            path="exposure.motion.pattern",
            key="path",
            meaning="how the spot travels over the area",
            kind=same_words("raster", "spiral"),
            usual="raster",
        ),
        Field(
            path="exposure.motion.stacked",
            key="stacked_pulses",
            meaning="pulses on one spot before the spot moves on",
            kind=Count.of(ranges.STACKED, PULSES),
            usual=1,
        ),
        Field(
            path="exposure.motion.wander",
            key="hand_wander_mm",
            meaning="standard deviation of a hand from the pattern",
            kind=Number.of(ranges.WANDER, MM, _METRES),
            usual=0.0,
        ),
        Field(
            path="exposure.motion.pace_variation",
            key="hand_pace_variation",
            meaning="standard deviation of the logarithm of a hand's speed",
            kind=Number.of(ranges.PACE_VARIATION),
            usual=0.0,
        ),
        Field(
            path="exposure.motion.seed",
            key="hand_seed",
            meaning="another seed is another hand",
            kind=Count.of(ranges.HAND),
            usual=0,
            decides=_wanders,
            idle="without hand_wander_mm or hand_pace_variation (path = 'hand' has both)",
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
            kind=Number.of(ranges.FIELD_OF_VIEW, MM, _METRES),
            usual=lambda: Thermometer.typical().field_of_view,
            decides=_ends_by_thermometer,
            idle="without stop_at_surface_c and stop_reads = 'thermometer'",
        ),
        Field(
            path="exposure.thermometer.lag",
            key="thermometer_lag_s",
            meaning="response time of the thermometer",
            kind=Number.of(ranges.LAG, SECOND),
            usual=lambda: Thermometer.typical().lag,
            decides=_ends_by_thermometer,
            idle="without stop_at_surface_c and stop_reads = 'thermometer'",
        ),
        Field(
            path="exposure.thermometer.emissivity_setting",
            key="thermometer_emissivity",
            meaning="emissivity that the thermometer is set to",
            kind=Number.of(ranges.EMISSIVITY),
            usual=lambda: Thermometer.typical().emissivity_setting,
            decides=_ends_by_thermometer,
            idle="without stop_at_surface_c and stop_reads = 'thermometer'",
        ),
        Field(
            path="exposure.beam.profile",
            key="beam_profile",
            meaning="profile of the beam",
            kind=same_words("flat-top", "gaussian", "ring", "pencil"),
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
            kind=Number.of(ranges.PIXEL, UM, "Metres need multiplying by 1e6."),
        ),
        Field(
            path="exposure.beam.inner_diameter",
            key="beam_inner_diameter_mm",
            meaning="dark middle of a ring",
            kind=Number.of(ranges.DARK_MIDDLE, MM, _METRES),
            usual=0.0,
        ),
        Field(
            path="exposure.beam.tilt",
            key="beam_tilt_mrad",
            meaning="angle between the beam and the skin's normal",
            kind=Number.of(ranges.TILT, MRAD),
            usual=0.0,
        ),
        Field(
            path="exposure.beam.half_angle",
            key="beam_half_angle_mrad",
            meaning="half angle of divergence, below 0 of a beam that converges",
            kind=Number.of(ranges.HALF_ANGLE, MRAD),
            usual=0.0,
        ),
        Field(
            path="exposure.beam.stand_off",
            key="beam_stand_off_mm",
            meaning="distance from where the diameter holds to the skin",
            kind=Number.of(ranges.STAND_OFF, MM, _METRES),
            usual=0.0,
            decides=lambda session: not session.exposure.beam.is_straight,
            idle="without beam_half_angle_mrad",
        ),
        Field(
            path="exposure.beam.spreading",
            key="beam_spreading",
            meaning="one direction at each point, a fibre's cone, or light from every side",
            kind=same_words("beam", "fibre", "isotropic", "lambertian"),
            usual="beam",
            decides=lambda session: session.exposure.beam.half_angle != 0.0,
            idle="without beam_half_angle_mrad",
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
