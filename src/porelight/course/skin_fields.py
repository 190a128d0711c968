"""The fields of a skin, its layers and its pores; see `porelight.course.vocabulary`."""

import math
from typing import get_args

import numpy as np

from porelight.course.fields import Field, FieldTable, Tables, never
from porelight.course.kinds import Count, Name, Number, Series, YesNo, same_words
from porelight.data.file_units import CM2, MM, ONE, UM, YEARS
from porelight.quantities import AGE, FRACTION, Floats
from porelight.tissue.own_optics import SITES, OwnOptics
from porelight.tissue.person import FITZPATRICK, ROMAN, Oiliness, Sex, Zone
from porelight.tissue.population import SKIN_AREA, PorePopulation
from porelight.tissue.skin import (
    LAYERS,
    SCATTERING_RATIO,
    SEBUM,
    THICKNESS,
    VESSEL_RADIUS,
    Layer,
    Skin,
)

LAYER = FieldTable(
    "a layer",
    Layer,
    (
        Field(path="name", key="name", meaning="name of the layer", kind=same_words(*LAYERS)),
        Field(
            path="thickness",
            key="thickness_um",
            meaning="thickness; left out for a last layer without end",
            kind=Number.of(THICKNESS, UM),
            usual=math.inf,
        ),
        *(
            Field(path=path, key=path, meaning=meaning, kind=Number.of(FRACTION), usual=0.0)
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
            kind=Number.of(VESSEL_RADIUS, UM),
            usual=0.0,
        ),
        Field(
            path="scattering_ratio",
            key="scattering_ratio",
            meaning="reduced scattering over that of the forearm",
            kind=Number.of(SCATTERING_RATIO),
            usual=1.0,
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
            kind=Number.of(SKIN_AREA, CM2, "Square metres need multiplying by 10000."),
        ),
        Field(
            path="is_measured",
            key="is_measured",
            meaning="whether they were measured in a photograph",
            kind=YesNo(),
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

OPTICS = FieldTable(
    "the optics of one person",
    OwnOptics,
    (
        Field(path="source", key="source", meaning="what was measured", kind=Name()),
        Field(path="site", key="site", meaning="where it holds", kind=same_words(*SITES)),
        *(
            Field(path=name, key=name, meaning=f"draws of {meaning}", kind=Series())
            for name, meaning in (
                ("melanosome_fraction", "melanosomes, share of the epidermis' volume"),
                ("blood_multiplier", "blood over the usual"),
                ("oxygen_saturation", "haemoglobin that carries oxygen, as on the forearm"),
                ("scattering_multiplier", "scattering over the usual"),
                ("scattering_power_dermis", "power of the dermis' scattering"),
                ("water_fraction_dermis", "water of the dermis, share of the volume"),
                ("baseline_multiplier", "absorption of all else over the usual"),
                ("lipid_fraction_dermis", "lipid, share of the volume"),
                ("dermis_thickness_multiplier", "thickness of the dermis over the usual"),
                ("water_fraction_epidermis", "water of the epidermis, share of the volume"),
                ("refractive_index_epidermis", "refractive index of the surface"),
            )
        ),
    ),
)

SKIN_TYPE = Count(ONE, 1, 6, words=dict(zip(ROMAN, FITZPATRICK, strict=True)))
_ZONES, _SEXES, _OILINESSES = (same_words(*get_args(alias)) for alias in (Zone, Sex, Oiliness))

SKIN = FieldTable(
    "a skin",
    Skin,
    (
        Field(path="zone", key="zone", meaning="part of the face", kind=_ZONES),
        Field(
            path="fitzpatrick",
            key="fitzpatrick",
            meaning="Fitzpatrick skin type, 1 to 6 or I to VI",
            kind=SKIN_TYPE,
        ),
        Field(path="age", key="age_years", meaning="age", kind=Number.of(AGE, YEARS)),
        Field(path="sex", key="sex", meaning="sex", kind=_SEXES, usual="female", is_told=True),
        Field(
            path="oiliness",
            key="oiliness",
            meaning="oiliness",
            kind=_OILINESSES,
            usual="normal",
            is_told=True,
        ),
        Field(
            path="sebum",
            key="sebum_sd",
            meaning="sebum in standard deviations above people of the same oiliness",
            kind=Number.of(SEBUM),
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
        Field(
            path="optics",
            key="own_optics",
            meaning="the person's own optics, instead of how people of the type differ",
            kind=Tables(OPTICS, is_list=False),
            usual=None,
            decides=lambda skin: skin.optics is not None,
        ),
    ),
)
