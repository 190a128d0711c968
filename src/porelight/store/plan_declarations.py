"""Plans of analysis in the log of a study: when each was declared, and who looked before or since.

What an entry is tells whether results were read; the free text on why it was done does not.
"""

import re
from dataclasses import dataclass

from porelight.store.log import LogEntry, entries
from porelight.store.photograph_records import LISTED_WITH_RESULTS
from porelight.store.schema import PHOTOGRAPHS
from porelight.store.store import Store

_DECLARED = "plan of analysis sha256 "
_LOOKED = re.compile(rf"(?:{LISTED_WITH_RESULTS}|all records): (.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class PlanDeclaration:
    """A plan in the log.

    Attributes
    ----------
    seq : int
        Number of its entry.
    at : str
        When, UTC.
    actor : str
        Who declared it.
    sha256 : str
        Hash of the file.
    looked : tuple of str
        For what results had been read before, such as "analysis"; empty if they had not been.
    """

    seq: int
    at: str
    actor: str
    sha256: str
    looked: tuple[str, ...]

    @property
    def is_blind(self) -> bool:
        """Whether nobody had read results before, as far as the log knows."""
        return not self.looked


@dataclass(frozen=True, slots=True)
class LooksSince:
    """How often results were read after an entry of the log.

    Attributes
    ----------
    looks : int
        How often; subjects that were read one after the other are one.
    first : str
        When for the first time, UTC; empty if never.
    added : int
        Photographs that were added after that.
    """

    looks: int
    first: str
    added: int


def declare_plan(store: Store, sha256: str) -> PlanDeclaration:
    """Keep the hash of a plan in the log; one that is there already stays as it was.

    Parameters
    ----------
    store : Store
        The store.
    sha256 : str
        Hash of the plan's file.
    """
    found = plan_declarations(store)
    if sha256 not in {one.sha256 for one in found}:
        with store.writing() as transaction:
            transaction.note("declare", detail=f"{_DECLARED}{sha256}")
        found = plan_declarations(store)
    return next(one for one in found if one.sha256 == sha256)


def plan_declarations(store: Store) -> list[PlanDeclaration]:
    """Return all plans that were declared, in their order."""
    found, looked = [], dict[str, None]()
    with store.database.reading() as connection:
        for entry in entries(connection):
            why = _why_looked(entry)
            if why is not None:
                looked[why] = None
            if entry.action == "declare":
                sha256 = entry.detail.removeprefix(_DECLARED)
                found.append(
                    PlanDeclaration(entry.seq, entry.at, entry.actor, sha256, tuple(looked))
                )
    return found


def looks_since(store: Store, seq: int) -> LooksSince:
    """Return how often results were read after an entry, and what was added after that.

    Parameters
    ----------
    store : Store
        The store.
    seq : int
        Number of the entry.
    """
    looks, first, added = 0, "", 0
    before: tuple[str, str | None] = ("", None)
    with store.database.reading() as connection:
        for entry in entries(connection):
            if entry.seq <= seq:
                continue
            look = entry.actor, _why_looked(entry)
            if look[1] is not None and look != before:
                looks += 1
                first = first or entry.at
            before = look
            is_photograph = entry.record.partition(" ")[0] == PHOTOGRAPHS.name
            added += bool(looks) and entry.action == "add" and is_photograph
    return LooksSince(looks, first, added)


def _why_looked(entry: LogEntry) -> str | None:
    """Return for what results were read by an entry; None if they were not."""
    read = _LOOKED.fullmatch(entry.detail) if entry.action == "read" else None
    return None if read is None else read[1]
