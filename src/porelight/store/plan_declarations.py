"""Plans of analysis in the log of a study: when each was declared, and who had looked before."""

import re
from dataclasses import dataclass

from porelight.store.log import entries
from porelight.store.store import Store

_DECLARED = "plan of analysis sha256 "
_LOOKED = re.compile("(?:list of photographs|all records): (.*)", re.DOTALL)
# reasons of a list of photographs for which nobody sees a result
_BLIND = frozenset({"status", "plan"})


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
            read = _LOOKED.fullmatch(entry.detail) if entry.action == "read" else None
            if read is not None and read[1] not in _BLIND:
                looked[read[1]] = None
            if entry.action == "declare":
                sha256 = entry.detail.removeprefix(_DECLARED)
                found.append(
                    PlanDeclaration(entry.seq, entry.at, entry.actor, sha256, tuple(looked))
                )
    return found
