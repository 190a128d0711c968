"""What of a study is exported, as plain records: the writers know no store.

Photographs and tables of pores may be large, so they are read one at a time, when a writer needs
them.
"""

import base64
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

_NAMESPACE = uuid.UUID("6f2f4c5e-2a07-5d0c-9a0b-6d0f1b1f7a11")


@dataclass(frozen=True, slots=True)
class ExportedSubject:
    """One subject.

    Attributes
    ----------
    pseudonym : str
        The code by which the study knows it.
    uid : str
        A random text that no other subject of any study has.
    site : str
        Where it is seen; empty if the study has one site.
    """

    pseudonym: str
    uid: str
    site: str = ""


@dataclass(frozen=True, slots=True)
class ExportedVisit:
    """One visit of one subject.

    Attributes
    ----------
    subject, name : str
        Pseudonym of the subject, and name of the visit.
    date : str
        Date, YYYY-MM-DD; empty if unknown or left out.
    day : int or None
        Days since the subject's first visit that has a date.
    """

    subject: str
    name: str
    date: str = ""
    day: int | None = None


@dataclass(frozen=True, slots=True)
class ExportedMeasurement:
    """The newest measurement of a photograph that has an answer.

    Attributes
    ----------
    number : int
        Number in the store.
    made_at : str
        When, UTC.
    version : str
        By which porelight.
    settings, summary : mapping
        With which settings, and what was measured, as summary.json of 'porelight measure'.
    """

    number: int
    made_at: str
    version: str
    settings: Mapping[str, Any]
    summary: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ExportedPhotograph:
    """One photograph, with what was measured.

    Attributes
    ----------
    number : int
        Number in the store, in the order of the import.
    visit : ExportedVisit
        When, and of which subject.
    zone, take, arm : str
        Zone of the face, number of several photographs of it, and how that skin is treated.
    sha256 : str
        Hash of the file as it was imported.
    added_at : str
        When it was imported, UTC.
    scale_source : str
        How its scale is known: "known", or what it is taken from.
    px_per_mm : float or None
        The scale if it was given [px/mm].
    state : {"waiting", "measured", "refused"}
        What became of it.
    reason : str
        Why it was refused.
    measurement : ExportedMeasurement or None
        What was measured.
    """

    number: int
    visit: ExportedVisit
    zone: str
    take: str
    arm: str
    sha256: str
    added_at: str
    scale_source: str
    px_per_mm: float | None
    state: Literal["waiting", "measured", "refused"]
    reason: str = ""
    measurement: ExportedMeasurement | None = None

    @property
    def subject(self) -> str:
        """Pseudonym of the subject."""
        return self.visit.subject

    @property
    def summary(self) -> Mapping[str, Any] | None:
        """What was measured, as summary.json has it; None if nothing was."""
        return None if self.measurement is None else self.measurement.summary

    @property
    def name(self) -> str:
        """A name for files that no other photograph has, such as ``week6_left-cheek_1_17``."""
        parts = (self.visit.name, self.zone, self.take, str(self.number))
        return "_".join(part.replace(" ", "-") for part in parts)


@dataclass(frozen=True, slots=True)
class ExportedComparison:
    """A comparison of two photographs of a subject.

    Attributes
    ----------
    number : int
        Number in the store.
    before, after : ExportedPhotograph
        The photographs.
    state : {"done", "refused"}
        Whether there is an answer.
    reason : str
        Why there is none.
    version, made_at : str
        By which porelight, and when (UTC).
    summary : mapping or None
        As summary.json of 'porelight compare'.
    """

    number: int
    before: ExportedPhotograph
    after: ExportedPhotograph
    state: str
    reason: str
    version: str
    made_at: str
    summary: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class ExportedChange:
    """How a zone changed from a baseline to a later visit: the mean over the pairs of takes.

    Attributes
    ----------
    visit : ExportedVisit
        The later visit.
    baseline, zone, arm : str
        The earlier visit, the zone of the face, and how that skin is treated.
    days_between : int or None
        Days from the baseline to the later visit [d].
    state, reason : str
        Whether there is a change, and why not.
    n_pairs, n_refused : int
        Pairs that it is the mean of, and those that were refused.
    diameter_percent : tuple of float or None
        Change of the pores' diameter with the ends of its 95 % interval [%].
    """

    visit: ExportedVisit
    baseline: str
    zone: str
    arm: str
    days_between: int | None
    state: str
    reason: str
    n_pairs: int
    n_refused: int
    diameter_percent: tuple[float, float, float] | None


@dataclass(frozen=True, slots=True)
class ExportedTreatment:
    """A treatment as it was given.

    Attributes
    ----------
    number : int
        Number in the store.
    subject, visit : str
        Pseudonym of the subject, and the visit; the visit is empty if it was at none.
    date : str
        Date, YYYY-MM-DD; empty if unknown or left out.
    day : int or None
        Days since the subject's first visit that has a date.
    device : str
        Key of the device.
    session : mapping
        A [[session]] of a course file.
    """

    number: int
    subject: str
    visit: str
    date: str
    day: int | None
    device: str
    session: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ExportedForecast:
    """A forecast of a subject.

    Attributes
    ----------
    number : int
        Number in the store.
    subject : str
        Pseudonym of the subject.
    state, reason, version, made_at : str
        As of a comparison.
    settings : mapping
        What was asked for.
    summary : mapping or None
        The numbers.
    """

    number: int
    subject: str
    state: str
    reason: str
    version: str
    made_at: str
    settings: Mapping[str, Any]
    summary: Mapping[str, Any] | None


class StudyFiles(Protocol):
    """Where large things of a study are read from, one at a time; each reading is logged."""

    def photograph(self, number: int) -> bytes:
        """Return the file of a photograph as it was imported."""

    def pores(self, measurement: int) -> tuple[bytes, bytes]:
        """Return pores.csv and possible.csv of a measurement."""

    def forecast(self, number: int) -> bytes | None:
        """Return the NetCDF file of a forecast; None if it has none."""


@dataclass(frozen=True, slots=True)
class ExportTerms:
    """What whoever exports a study says of it.

    Attributes
    ----------
    with_photographs : bool
        Whether the photographs themselves are in it, where the format carries them.
    licence : str
        An address, or an identifier of SPDX; empty if no licence is given.
    authors : sequence of str
        Names, such as "Ada Lovelace" or "Ada Lovelace <https://orcid.org/0000-0002-1825-0097>".
    """

    with_photographs: bool = False
    licence: str = ""
    authors: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class StudyContent:
    """What of a study is exported.

    Attributes
    ----------
    study : str
        Name of the study.
    subjects, visits, photographs, comparisons, changes, treatments, forecasts : sequence
        Its records; visits in the order of the study.
    files : StudyFiles
        Where its photographs and tables of pores are.
    visit_names : sequence of str
        Names of the visits, in the order of the study.
    as_of : str
        When the newest record was made, UTC: the date of the export, so that the same records give
        the same files.
    terms : ExportTerms
        What is said of the export.
    """

    study: str
    subjects: Sequence[ExportedSubject]
    visits: Sequence[ExportedVisit]
    photographs: Sequence[ExportedPhotograph]
    files: StudyFiles
    visit_names: Sequence[str]
    as_of: str
    comparisons: Sequence[ExportedComparison] = field(default=())
    treatments: Sequence[ExportedTreatment] = field(default=())
    forecasts: Sequence[ExportedForecast] = field(default=())
    changes: Sequence[ExportedChange] = field(default=())
    terms: ExportTerms = field(default=ExportTerms())

    def of_subject(self, pseudonym: str) -> "StudyContent":
        """Return what is of one subject."""
        return replace(
            self,
            subjects=[one for one in self.subjects if one.pseudonym == pseudonym],
            visits=[one for one in self.visits if one.subject == pseudonym],
            photographs=[one for one in self.photographs if one.subject == pseudonym],
            comparisons=[one for one in self.comparisons if one.before.subject == pseudonym],
            changes=[one for one in self.changes if one.visit.subject == pseudonym],
            treatments=[one for one in self.treatments if one.subject == pseudonym],
            forecasts=[one for one in self.forecasts if one.subject == pseudonym],
        )

    @property
    def versions(self) -> list[str]:
        """Which porelight has measured, compared and forecast."""
        measured = {one.measurement.version for one in self.photographs if one.measurement}
        compared = {one.version for one in self.comparisons}
        return sorted(measured | compared | {one.version for one in self.forecasts})

    @property
    def scheme(self) -> uuid.UUID:
        """Identifier of the codes of quantities, the same in every study."""
        return uuid.uuid5(_NAMESPACE, "quantities")

    def id_of(self, *parts: str | int) -> uuid.UUID:
        """Return an identifier that is the same at each export of the same record."""
        return uuid.uuid5(_NAMESPACE, "\n".join((self.study, *map(str, parts))))


def one_line(text: str) -> str:
    """Return a text in one line."""
    return " ".join(text.split())


def hash_uri(digest: str) -> str:
    """Return the name of a file by its SHA-256 in hexadecimal digits, as RFC 6920 writes it."""
    raw = base64.urlsafe_b64encode(bytes.fromhex(digest)).rstrip(b"=").decode()
    return f"ni:///sha-256;{raw}"
