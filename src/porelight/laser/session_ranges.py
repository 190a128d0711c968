"""Between what values the settings of a session can lie, for objects and for files alike.

They are wide enough for the devices of clinics, and narrow enough that most slips of units fall
outside: 0.005 mm is no spot. What one device takes is narrower and stands in its file.
"""

import math
from dataclasses import replace

from porelight.quantities import AREA as AREA_OF_SKIN
from porelight.quantities import (
    N_PULSES,
    PULSE_DURATION,
    RADIANT_EXPOSURE,
    RATE,
    SPOT_DIAMETER,
    TEMPERATURE,
    WAVELENGTH,
    Quantity,
    WholeQuantity,
)
from porelight.tissue.optics import LONGEST, SHORTEST

__all__ = ["N_PULSES"]

_MM = "Millimetres need '* units.mm'."

DAY = Quantity("day", "days", 0.0, 36525.0, "days since the start of the course")
LIGHT = replace(WAVELENGTH, low=SHORTEST, high=LONGEST)
PULSE_EXPOSURE = replace(RADIANT_EXPOSURE, high=1e7)
SPOT = replace(SPOT_DIAMETER, low=1e-4)
PULSE = replace(PULSE_DURATION, low=1e-12, high=10.0)
PULSE_RATE = replace(RATE, low=0.01, high=1e5)
AREA = replace(AREA_OF_SKIN, low=1e-6, high=0.2)
PASSES = WholeQuantity("passes", 1, 1000, "how often the area is covered")
OVERLAP = Quantity(
    "overlap",
    "1",
    0.0,
    0.95,
    "share of the spot's diameter that neighbours have in common",
    "Per cent need '* units.percent'.",
)
STOP = replace(
    TEMPERATURE,
    name="stop_at_surface",
    low=283.15,
    high=353.15,
    meaning="surface reading that ends the session",
)
ASPECT = Quantity("aspect", "1", 0.01, 100.0, "width of the area over its height")
STACKED = WholeQuantity("stacked", 1, 1000, "pulses on one spot before it moves on")
WANDER = Quantity("wander", "m", 0.0, 0.02, "deviation of a hand from the pattern", _MM)
PACE_VARIATION = Quantity("pace_variation", "1", 0.0, 1.0, "deviation of a hand's speed")
HAND = WholeQuantity("seed", 0, 2**31, "another seed is another hand")
FIELD_OF_VIEW = Quantity("field_of_view", "m", 1e-4, 0.2, "circle that a thermometer sees", _MM)
LAG = Quantity("lag", "s", 0.0, 60.0, "response time of a thermometer")
EMISSIVITY = Quantity("emissivity_setting", "1", 0.5, 1.0, "what a thermometer is set to")
# beyond it a footprint on the skin is more than ten times as long as wide
TILT = Quantity(
    "tilt", "rad", 0.0, math.radians(85.0), "off the normal", "Degrees need '* units.degree'."
)
HALF_ANGLE = replace(TILT, name="half_angle", low=-TILT.high, meaning="of divergence")
STAND_OFF = Quantity("stand_off", "m", 0.0, 1.0, "from where the diameter holds to the skin", _MM)
DARK_MIDDLE = replace(SPOT_DIAMETER, name="inner_diameter", low=0.0, meaning="of a ring")
PIXEL = Quantity("pixel", "m", 1e-7, 0.1, "side of a pixel of a beam's picture", _MM)
