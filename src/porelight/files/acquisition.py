"""Under what circumstances a photograph was measured: scale, quality, tone, in clinic units."""

import math
from dataclasses import dataclass

from porelight.photo.quality import Finding
from porelight.photo.scale import Scale
from porelight.photo.tone import Tone
from porelight.units import mm


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of a photograph besides its pores.

    Attributes
    ----------
    scale : Scale
        And where it is known from.
    quality : tuple of Finding
        Each thing that was looked at.
    tone : Tone or None
        Colour, shine and texture; None where hardly any skin lies between the pores.
    warnings : tuple of str
        What limits it besides what the pores tell.
    """

    scale: Scale
    quality: tuple[Finding, ...]
    tone: Tone | None
    warnings: tuple[str, ...] = ()


def described(around: Circumstances) -> dict[str, object]:
    """Return them ready for JSON."""
    scale, tone = around.scale, around.tone
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
            for finding in around.quality
        ],
        "tone": None if tone is None else _tone(tone),
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
