"""The table of a session's warmth by skin type and pulses per area."""

from collections.abc import Sequence

from porelight.report.formatting import temperature
from porelight.report.tables import Rows
from porelight.session.thermography import Warmth
from porelight.tissue.person import roman


def warmth_rows(rows: Sequence[Warmth]) -> Rows:
    """Return one line for each skin type and number of pulses per area, both perfusions in it."""
    lines = []
    steady = [row for row in rows if row.perfusion == "constant"]
    answered = [row for row in rows if row.perfusion != "constant"]
    for one, other in zip(steady, answered, strict=True):
        lines.append(
            {
                "skin type": roman(one.fitzpatrick),
                "pulses per cm2": f"{one.pulses_per_cm2:g}",
                "pulses": str(one.n_pulses),
                "surface at the end, mean over the area": temperature(one.surface),
                "the same if blood flow answers": temperature(other.surface),
                "highest reading of the thermometer": temperature(one.thermometer),
                "that if blood flow answers": temperature(other.thermometer),
                "highest felt": temperature(one.felt),
                "hottest depth, mean over the area": temperature(one.peak),
            }
        )
    return lines
