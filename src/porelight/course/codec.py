"""Skins as documents, and back, with every digit.

A document holds what a course file holds: that of a session is a ``[[session]]`` table, that of a
skin a ``[skin]`` table (`porelight.course.vocabulary`). What is typical of the person described is
left out of a skin's document and put back when it is read.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from functools import lru_cache
from typing import Any

from porelight.course.documents import Document
from porelight.course.vocabulary import PORES, SKIN
from porelight.errors import ParameterError
from porelight.tissue.own_optics import OwnOptics
from porelight.tissue.population import PorePopulation
from porelight.tissue.skin import Skin

_PERSON = ("zone", "fitzpatrick", "age", "sex", "oiliness")


def skin_document(skin: Skin) -> Document:
    """Return a skin in clinic units, as a ``[skin]`` table; pores are written if not typical."""
    return deepcopy(_written(skin))


@lru_cache(maxsize=8)  # each course of a plan is written with the same skin
def _written(skin: Skin) -> Document:
    document = SKIN.document(skin)
    person = {name: getattr(skin, name) for name in _PERSON}
    if skin.layers == Skin.typical(**person, pores=skin.pores, optics=skin.optics).layers:
        del document["layer"]
    if _same_pores(skin.pores, PorePopulation.typical(**person)):
        del document["pore_population"]
    return document


def skin_of(
    document: Mapping[str, Any],
    pores: PorePopulation | None = None,
    optics: OwnOptics | None = None,
) -> Skin:
    """Return the skin that a document describes.

    Parameters
    ----------
    document : mapping
        A ``[skin]`` table.
    pores : PorePopulation, optional
        Pores to take instead of those of the document.
    optics : OwnOptics, optional
        The person's optics to take instead of those of the document.

    Raises
    ------
    ParameterError
        If a key is unknown or missing, or a value is impossible.

    Examples
    --------
    >>> skin_of({"zone": "nose", "fitzpatrick": 3, "age_years": 35}).oiliness
    'normal'
    """
    values = SKIN.values(document)
    person = {}
    for field in SKIN.fields:
        if field.path in _PERSON:
            if field.path not in values and not field.is_optional:
                raise ParameterError(f"{field.key} is missing ({field.meaning}).")
            person[field.path] = values.get(field.path, field.default)
    typical = Skin.typical(
        **person,
        pores=values.get("pores") if pores is None else pores,
        optics=values.get("optics") if optics is None else optics,
    )
    return replace(
        typical,
        layers=values.get("layers", typical.layers),
        sebum=values.get("sebum", typical.sebum),
    )


def _same_pores(one: PorePopulation, other: PorePopulation) -> bool:
    return PORES.document(one) == PORES.document(other)
