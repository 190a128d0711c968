"""Evidence that is not computed again with each page: hours of work, or photographs of others."""

from dataclasses import dataclass
from functools import cache

from porelight.data.dataclass_table import from_table
from porelight.data.library import document
from porelight.validation.suite import Category, Use


@dataclass(frozen=True, slots=True)
class RecordedEvidence:
    """One comparison as it was last measured.

    Attributes
    ----------
    uses : tuple of str
        Uses that it speaks for.
    category : str
        Category of evidence.
    about, found : str
        What was compared, and the figures.
    program : str
        What measured them.
    measured : str
        Day on which they were last measured.
    """

    uses: tuple[Use, ...]
    category: Category
    about: str
    found: str
    program: str
    measured: str


@cache
def recorded_evidence() -> tuple[RecordedEvidence, ...]:
    """Return all recorded evidence.

    Raises
    ------
    DataFileError
        If an entry lacks a field.
    """
    return tuple(
        from_table(RecordedEvidence, one, "data/validation/recorded.toml")
        for one in document("validation", "recorded")["evidence"]
    )
