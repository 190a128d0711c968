"""Subjects under pseudonyms, their sites and visits; nothing by which a stranger would know them.

A name, an e-mail address or a birth date is refused where a pseudonym is asked for. What is refused
is what looks like one: a code has a digit and at most three letters in a row, unless they are a
word such as "subject".
"""

import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select

from porelight.errors import StoreError
from porelight.store.log import now
from porelight.store.schema import SITES, SUBJECTS, VISITS
from porelight.store.store import Transaction

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", re.ASCII)
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._+-]{0,39}", re.ASCII)
_LETTERS = re.compile(r"[A-Za-z]+")
_LONGEST = 3  # letters in a row that are no word
_PLAIN = frozenset(
    {
        "case", "control", "demo", "participant", "patient", "person", "pilot", "proband", "site",
        "skin", "subj", "subject", "test", "virtual", "volunteer",
    }
)  # fmt: skip
_DATES = (
    re.compile(r"(?P<y>(?:19|20)\d\d)[._-]?(?P<m>\d\d)[._-]?(?P<d>\d\d)"),
    re.compile(r"(?P<d>\d{1,2})[._-](?P<m>\d{1,2})[._-](?P<y>(?:19|20)?\d\d)"),
    re.compile(r"(?P<d>\d\d)(?P<m>\d\d)(?P<y>(?:19|20)\d\d)"),
)
_EXPECTED = "expected a code such as S01, DE-003 or subject-12"


@dataclass(frozen=True, slots=True)
class StudySubject:
    """A subject of a study.

    Attributes
    ----------
    id : int
        Number in the store.
    pseudonym : str
        The code by which the study knows it.
    site : str
        Where it is seen; empty if the study has one site.
    erased_at : str
        When everything of it was erased; empty if it was not.
    """

    id: int
    pseudonym: str
    site: str = ""
    erased_at: str = ""


def pseudonym(text: str) -> str:
    """Return a pseudonym, or refuse what a person could be known by.

    Raises
    ------
    StoreError
        If it looks like a name, an e-mail address or a date.

    Examples
    --------
    >>> pseudonym("DE-003")
    'DE-003'
    """
    shown = repr(text[:40])
    if "@" in text:
        raise StoreError(f"subject {shown} is an e-mail address; {_EXPECTED}.")
    if not _CODE.fullmatch(text):
        raise StoreError(
            f"subject {shown} is no code of letters, digits, '-', '_', '.'; {_EXPECTED}."
        )
    if any(_is_date(text, pattern) for pattern in _DATES):
        raise StoreError(f"subject {shown} holds a date, perhaps of birth; {_EXPECTED}.")
    words = [word for word in _LETTERS.findall(text) if len(word) > _LONGEST]
    if not any(map(str.isdigit, text)) or any(word.lower() not in _PLAIN for word in words):
        raise StoreError(f"subject {shown} may be a name; {_EXPECTED}.")
    return text


def word(what: str, text: str) -> str:
    """Return a short word such as the name of a visit, or refuse it.

    Raises
    ------
    StoreError
        If it is empty, long, or holds more than letters, digits, spaces and ``. _ + -``.
    """
    if not _WORD.fullmatch(text):
        raise StoreError(
            f"{what} is {text[:40]!r}; expected 1 to 40 letters (a to z), digits, spaces or . _ + -"
        )
    return text


def subject_named(transaction: Transaction, name: str, site: str = "") -> StudySubject:
    """Return a subject; a new one with a key of its own if there is none of this name.

    Parameters
    ----------
    transaction : Transaction
        The transaction of the one writer.
    name : str
        Its pseudonym.
    site : str
        Its site, if the study has several.

    Raises
    ------
    StoreError
        If the name is no pseudonym, the subject was erased, or is of another site.
    """
    found = find_subject(transaction, name)
    if found is None:
        site_id = None if not site else _site_named(transaction, word("site", site))
        number = transaction.add(
            SUBJECTS,
            uid=secrets.token_hex(16),
            pseudonym=pseudonym(name),
            site_id=site_id,
            added_at=now(),
            erased_at=None,
        )
        transaction.make_key(number)
        return StudySubject(number, name, site)
    if found.erased_at:
        raise StoreError(
            f"subject {name} was erased on {found.erased_at[:10]}; leave its photographs out."
        )
    if site and found.site != site:
        raise StoreError(f"subject {name} is of site {found.site!r} already, and not of {site!r}.")
    return found


def find_subject(transaction: Transaction, name: str) -> StudySubject | None:
    """Return a subject by its pseudonym; None if there is none."""
    row = transaction.connection.execute(_subjects().where(SUBJECTS.c.pseudonym == name)).first()
    return None if row is None else StudySubject(row.id, name, row.site or "", row.erased_at or "")


def subjects(transaction: Transaction) -> Iterator[StudySubject]:
    """Yield all subjects in the order of their pseudonyms, erased ones too."""
    for row in transaction.connection.execute(_subjects().order_by(SUBJECTS.c.pseudonym)):
        yield StudySubject(row.id, row.pseudonym, row.site or "", row.erased_at or "")


def visit_named(transaction: Transaction, subject: StudySubject, name: str, day: str = "") -> int:
    """Return the number of a visit; a new one if there is none of this name.

    Parameters
    ----------
    transaction : Transaction
        The transaction of the one writer.
    subject : StudySubject
        Whose records these are.
    name : str
        Name of the visit, such as "baseline".
    day : str
        Its date, YYYY-MM-DD; empty if it is not known. A visit without a date takes it.

    Raises
    ------
    StoreError
        If it has another date already.
    """
    word("visit", name)
    row = transaction.connection.execute(
        select(VISITS.c.id, VISITS.c.date).where(
            VISITS.c.subject_id == subject.id, VISITS.c.name == name
        )
    ).one_or_none()
    if row is None:
        return transaction.add(VISITS, subject.id, name=name, date=day or None)
    if day and row.date is None:
        transaction.change(VISITS, row.id, date=day)
    require_date(transaction, subject.pseudonym, name, day)
    return int(row.id)


def require_date(transaction: Transaction, subject: str, visit: str, day: str) -> None:
    """Refuse a visit that is there already with another date."""
    there = transaction.connection.execute(
        select(VISITS.c.date)
        .join_from(VISITS, SUBJECTS)
        .where(SUBJECTS.c.pseudonym == subject, VISITS.c.name == visit)
    ).scalar()
    if day and there and there != day:
        raise StoreError(f"visit {visit} of {subject} is of {there}, and not of {day}.")


def _subjects() -> Select[Any]:
    columns = (SUBJECTS.c.id, SUBJECTS.c.pseudonym, SITES.c.name.label("site"))
    return select(*columns, SUBJECTS.c.erased_at).join_from(SUBJECTS, SITES, isouter=True)


def _site_named(transaction: Transaction, name: str) -> int:
    found = transaction.connection.execute(select(SITES.c.id).where(SITES.c.name == name)).scalar()
    return transaction.add(SITES, name=name) if found is None else int(found)


def _is_date(text: str, pattern: re.Pattern[str]) -> bool:
    for found in pattern.finditer(text):
        year = int(found["y"])
        with suppress(ValueError):
            date(year if year > 99 else 1900 + year, int(found["m"]), int(found["d"]))
            return True
    return False
