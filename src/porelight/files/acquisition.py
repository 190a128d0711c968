"""How a photograph was taken: scale, quality and tone, in clinic units and ready for JSON."""

import math

from porelight.photo.tone import Tone
from porelight.tissue.own_optics import MELANOSOMES, OwnOptics
from porelight.units import mm
from porelight.workflows.measure import MeasuredPhotograph


def acquisition_document(measured: MeasuredPhotograph) -> dict[str, object]:
    """Return the source of the scale, the quality of the photograph, and the tone of the skin.

    Parameters
    ----------
    measured : MeasuredPhotograph
        The measured photograph.
    """
    scale, tone = measured.scale, measured.tone
    return {
        "scale": {
            "px_per_mm": scale.px_per_metre * mm,
            "error_percent": 100.0 * scale.error,
            "source": scale.source,
            "note": scale.note,
        },
        "quality": [
            {
                "name": finding.name,
                "value": finding.value,
                "unit": finding.limit.unit,
                "limited_beyond": finding.limit.limited,
                "refused_beyond": finding.limit.refused,
                "verdict": finding.verdict,
                "source": finding.limit.source,
            }
            for finding in measured.quality
        ],
        "tone": None if tone is None else _tone(tone),
        "pigment": None if measured.optics is None else _pigment(measured.optics),
    }


def _pigment(optics: OwnOptics) -> dict[str, object]:
    """Return what the colour tells of melanin and blood; the rest is nearly the population's."""
    return {
        name: dict(zip(("value", "low", "high"), (middle, *optics.interval(name)), strict=True))
        for name, middle in optics.middle.items()
        if name in (MELANOSOMES, "blood_multiplier")
    }


def _tone(tone: Tone) -> dict[str, object]:
    angle = tone.typology_angle
    return {
        "is_absolute": tone.is_absolute,
        "typology_angle_deg": None
        if angle is None
        else {key: math.degrees(getattr(angle, key)) for key in ("value", "low", "high")},
        "typology": tone.typology,
        "lightness": tone.lightness,
        "red_green": tone.red_green,
        "blue_yellow": tone.blue_yellow,
        "erythema_index": tone.erythema_index,
        "shiny_share": tone.shiny_share,
        "shine": tone.shine,
        "texture": tone.texture,
    }
