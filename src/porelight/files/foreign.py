"""One rule for every document of another program: each of its keys is answered for.

A key is used, refused in one line, or named as without effect here; what a reader has asked nothing
of is refused at the end. So no key can be passed over, and a reader needs no second list of them.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from porelight.errors import ParameterError

_NOTHING: Any = object()
_LONGEST = 60  # characters of a key that a message shows


class ForeignTable:
    """One table of a foreign document, which remembers what was asked of it.

    Parameters
    ----------
    content : object
        What the document holds in this place; anything but a table is refused.
    name : str
        Its name for messages, such as "Optode.Source"; empty for the document itself.
    program : str
        Program whose document it is.
    fold_case : bool
        Whether the program reads ``media`` and ``Media`` as the same key.

    Raises
    ------
    ParameterError
        If there is no table, or a key comes twice in another case.
    """

    def __init__(
        self, content: object, name: str, program: str, *, fold_case: bool = False
    ) -> None:
        if not isinstance(content, Mapping):
            raise ParameterError(
                f"{name or 'the file'} is no table; expected a document of {program}."
            )
        self.name, self.program = name, program
        self._fold = str.casefold if fold_case else str
        self._content: dict[str, Any] = {}
        self._written: dict[str, str] = {}  # the key as the document writes it
        for key, value in content.items():
            folded = self._fold(str(key))
            if folded in self._content:
                raise ParameterError(
                    f"{self.path(str(key))} comes twice; {program} reads no difference of case."
                )
            self._content[folded], self._written[folded] = value, str(key)
        self._known: set[str] = set()
        self._asked: set[str] = set()
        self._idle: dict[str, list[str]] = {}
        self._children: list[ForeignTable] = []

    def path(self, key: str) -> str:
        """Return the name of a key for messages: "Session.BCFlags"."""
        shown = "".join(c if c.isprintable() else "?" for c in key[:_LONGEST])
        return f"{self.name}.{shown}" if self.name else shown

    def __contains__(self, key: str) -> bool:
        """Return whether the document has the key; asking does not answer for it."""
        return self._fold(key) in self._content

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of a key that is used, or a default where it is left out."""
        self._known.add(key)
        folded = self._fold(key)
        self._asked.add(folded)
        return self._content.get(folded, default)

    def required(self, key: str) -> Any:
        """Return the value of a key that is used, or say that it is missing."""
        found = self.get(key, _NOTHING)
        if found is _NOTHING:
            raise ParameterError(f"{self.path(key)} is missing.")
        return found

    def table(self, key: str, default: object = _NOTHING) -> "ForeignTable":
        """Return the table under a key; its own keys are asked for too."""
        found = self.required(key) if default is _NOTHING else self.get(key, default)
        return self.child(found, self.path(key))

    def child(self, content: object, name: str) -> "ForeignTable":
        """Return a part of this document as a table that is answered for with it."""
        fold_case = self._fold is str.casefold
        table = ForeignTable(content, name, self.program, fold_case=fold_case)
        self._children.append(table)
        return table

    def without_effect(self, reason: str, *keys: str) -> None:
        """Name keys that change nothing here, with the reason, where the document has them."""
        for key in keys:
            self._known.add(key)
            if key in self:
                self._asked.add(self._fold(key))
                self._idle.setdefault(reason, []).append(self.path(key))

    def refuse(self, key: str, why: str) -> None:
        """Refuse a key, where the document has it, with what is wrong and what to do.

        Raises
        ------
        ParameterError
            If the document has the key.
        """
        self._known.add(key)
        if key in self:
            raise ParameterError(f"{self.path(key)} {why}")

    def leftover(self) -> list[str]:
        """Return the keys of this table alone that nobody has asked for."""
        return [self._written[key] for key in self._content if key not in self._asked]

    def notes(self) -> list[str]:
        """Return a line for each reason for which keys have no effect, of all tables below too.

        Raises
        ------
        ParameterError
            If a key was neither used nor named: the program may know it, this reader does not.
        """
        idle: dict[str, list[str]] = {}
        self._collect(idle)
        return [f"{_listed(keys)}: {reason}" for reason, keys in idle.items()]

    def _collect(self, idle: dict[str, list[str]]) -> None:
        """Add the idle keys of this table and of those below, by reason."""
        for key in self.leftover():
            near = get_close_matches(key, sorted(self._known), n=1)
            hint = f"did you mean {near[0]!r}?" if near else "take it out if it is a comment."
            raise ParameterError(
                f"{self.path(key)} is no key of {self.program} that porelight knows; {hint}"
            )
        for reason, keys in self._idle.items():
            idle.setdefault(reason, []).extend(keys)
        for child in self._children:
            child._collect(idle)  # noqa: SLF001  its own class


def _listed(keys: list[str]) -> str:
    """Return keys in a line, each once; those of one table are not told its name again."""
    told: list[str] = []
    table = ""
    for key in dict.fromkeys(keys):
        where, dot, last = key.rpartition(".")
        told.append(f"{dot}{last}" if dot and where == table else key)
        table = where
    return ", ".join(told)
