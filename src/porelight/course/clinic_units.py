"""The units of course files, each with its exact size in SI."""

from decimal import Decimal

from porelight.course.kinds import ClinicUnit

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
PASSES = ClinicUnit("passes")
SEED = ClinicUnit("seed")
SKIN_TYPE = ClinicUnit("type")
DRAWS = ClinicUnit("draws")
MEMBERS = ClinicUnit("members")
PHOTONS = ClinicUnit("photons")
