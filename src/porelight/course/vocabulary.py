"""The tables of fields of a course: session, care, skin, layers, pores, ensemble.

A new field of one of these classes is entered in its table, once; course files, JSON Schema,
attributes of outcomes, plans, states, identities and reports follow. See `porelight.course.fields`.
"""

import math

from porelight.course.counted import DAYS
from porelight.course.fields import Field, FieldTable
from porelight.course.kinds import Count, Number, Word, same_words
from porelight.course.regimen import Care
from porelight.course.session_fields import SESSION
from porelight.course.settings import N_DRAWS, N_MEMBERS, N_PEOPLE, N_PHOTONS, EnsembleSettings
from porelight.course.settings import SEED as SEEDS
from porelight.course.skin_fields import LAYER, OPTICS, PORES, SKIN
from porelight.laser.session_ranges import DAY
from porelight.quantities import FRACTION

__all__ = ["CARE", "ENSEMBLE", "LAYER", "OPTICS", "PORES", "SESSION", "SKIN"]


CARE = FieldTable(
    "care",
    Care,
    (
        Field(
            path="kind",
            key="kind",
            meaning="what the person does",
            kind=same_words("cleansing", "unprotected-sun", "sun-protection", "picking"),
        ),
        Field(
            path="from_day",
            key="from_day",
            meaning="first day",
            kind=Number.of(DAY, DAYS),
            usual=0.0,
        ),
        Field(
            path="to_day",
            key="to_day",
            meaning="last day; left out for good",
            kind=Number.of(DAY, DAYS),
            usual=math.inf,
            decides=lambda care: care.kind != "picking",
            idle="for picking, which is done in a moment",
        ),
        Field(
            path="level",
            key="level",
            meaning="how fully, 0 not at all to 1 wholly",
            kind=Number.of(FRACTION),
            usual=1.0,
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
            meaning=N_DRAWS.meaning,
            kind=Count.of(N_DRAWS),
            usual=500,
        ),
        Field(
            path="members",
            key="members",
            meaning=N_MEMBERS.meaning,
            kind=Count.of(N_MEMBERS),
            usual=25,
        ),
        Field(
            path="photons",
            key="photons",
            meaning=N_PHOTONS.meaning,
            kind=Count.of(N_PHOTONS),
            usual=20_000,
        ),
        Field(
            path="seed",
            key="seed",
            meaning=SEEDS.meaning,
            kind=Count.of(SEEDS),
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
        Field(
            path="people",
            key="people",
            meaning=N_PEOPLE.meaning,
            kind=Count.of(N_PEOPLE),
            usual=5,
        ),
        Field(
            path="attendance",
            key="attendance",
            meaning="share of the sessions after the first to which people come",
            kind=Number.of(FRACTION),
            usual=1.0,
        ),
    ),
)
