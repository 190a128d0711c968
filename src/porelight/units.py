"""The one door between clinic units and SI.

Everything inside porelight is SI. Multiply on the way in, divide on the way out.

Examples
--------
>>> round(1064 * nm, 12)
1.064e-06
>>> 14 * J_per_cm2
140000.0
>>> to_celsius(celsius(40.0))
40.0
"""

nm = 1e-9
um = 1e-6
mm = 1e-3
cm = 1e-2
mm2 = 1e-6
cm2 = 1e-4
ps = 1e-12
us = 1e-6
ms = 1e-3
minute = 60.0
hour = 3600.0
day = 86400.0
year = 365.25 * day
Hz = 1.0
percent = 1e-2
degree = 0.017453292519943295
kPa = 1e3
mJ = 1e-3
J_per_cm2 = 1e4
W_per_cm2 = 1e4
per_mm = 1e3
per_cm = 1e2
per_cm2 = 1e4

ZERO_CELSIUS = 273.15  # K


def celsius(value: float) -> float:
    """Return the absolute temperature [K] of a reading in degrees Celsius."""
    return value + ZERO_CELSIUS


def to_celsius(temperature: float) -> float:
    """Return an absolute temperature [K] as a reading in degrees Celsius."""
    return temperature - ZERO_CELSIUS
