"""What the fields of a course count, as words behind their numbers."""

from porelight.data.file_units import Unit

DAYS = Unit("days")  # the days of a course are kept in days inside, too
PULSES = Unit("pulses")
PASSES = Unit("passes")
