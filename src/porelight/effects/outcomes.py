"""What each outcome means and how much is known of it: what a report prints beside its number."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from porelight.data.library import document
from porelight.errors import DataFileError, ParameterError, did_you_mean

_TEXTS = ("meaning", "unit", "evidence", "note")
_ANCHOR_TEXTS = ("trial", "device", "result", "flag")


@dataclass(frozen=True, slots=True)
class Anchor:
    """A published result that a prediction is held against; nothing is tuned to it."""

    trial: str
    device: str
    result: str
    flag: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome: its meaning, its unit, and the grade of its evidence in words."""

    name: str
    meaning: str
    unit: str
    evidence: str
    note: str
    anchors: tuple[Anchor, ...] = ()


@cache
def outcomes() -> Mapping[str, Outcome]:
    """Return every outcome by name, in the order of the data file.

    Raises
    ------
    DataFileError
        If an entry of ``tissue/data/outcomes.toml`` lacks a text.

    Examples
    --------
    >>> outcomes()["vessels"].evidence
    'no data'
    """
    raw = document("tissue", "outcomes")
    return MappingProxyType({name: _outcome(name, entry) for name, entry in raw.items()})


def outcome(name: str) -> Outcome:
    """Return one outcome, or say which name was meant."""
    known = outcomes()
    if name not in known:
        raise ParameterError(f"no outcome named {name!r}{did_you_mean(name, known)}")
    return known[name]


def _outcome(name: str, entry: Mapping[str, Any]) -> Outcome:
    anchors = tuple(
        Anchor(**_texts(f"{name}, anchor", anchor, _ANCHOR_TEXTS))
        for anchor in entry.get("anchor", ())
    )
    texts = {key: value for key, value in entry.items() if key != "anchor"}
    return Outcome(name=name, anchors=anchors, **_texts(name, texts, _TEXTS))


def _texts(where: str, entry: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    if set(entry) != set(names) or not all(isinstance(entry[name], str) for name in names):
        raise DataFileError(
            f"outcomes.toml, {where}: has {', '.join(sorted(entry))}; expected the texts "
            f"{', '.join(names)}."
        )
    return dict(entry)
