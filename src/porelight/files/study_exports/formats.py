"""The formats in which a study leaves, by their keys."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from porelight.files.study_exports.content import StudyContent
from porelight.files.study_exports.extra import needed
from porelight.files.writing import require_output, require_output_folder

if TYPE_CHECKING:
    from porelight.files.kinds import ResultKind

StudyFormatKey = Literal["csv", "parquet", "netcdf", "redcap", "fhir", "dicom", "ro-crate", "zip"]


@dataclass(frozen=True, slots=True)
class StudyFormat:
    """One format of a study.

    Attributes
    ----------
    meaning : str
        What is written, and for whom.
    writer : str
        Module and function that write it, as "module:function"; loaded when it is asked for.
    kind : str
        Module and constant that say what kind of result it is.
    library : str
        Library of the extra that it needs; empty for none.
    has_terms : bool
        Whether it tells licence and authors, and carries photographs if that is wanted.
    """

    meaning: str
    writer: str
    kind: str = "folders:EXPORT"
    library: str = ""
    has_terms: bool = False

    def load(self) -> Callable[[StudyContent, Path], Path]:
        """Return the function that writes it."""
        found: Callable[[StudyContent, Path], Path] = _named(self.writer)
        return found

    def require(self, path: Path) -> None:
        """Refuse before a study is read what could not be written.

        Parameters
        ----------
        path : Path
            File or folder to write.

        Raises
        ------
        InputFileError
            If something else is there, it cannot be written, or a library is missing.
        """
        if self.library:
            needed(self.library, f"{self.meaning}:")
        kind: ResultKind = _named(self.kind)
        (require_output if kind.endings else require_output_folder)(path, kind)


def _named(what: str) -> Any:
    module, _, name = what.partition(":")
    return getattr(import_module(f"porelight.files.study_exports.{module}"), name)


STUDY_FORMATS: Final[dict[StudyFormatKey, StudyFormat]] = {
    "csv": StudyFormat("a folder of tables, long and wide", "statistics:write_csv_tables"),
    "parquet": StudyFormat(
        "the same tables with types and units", "statistics:write_parquet", library="pyarrow"
    ),
    "netcdf": StudyFormat(
        "a file of arrays by subject, visit, zone, take", "arrays:write_arrays", "arrays:ARRAYS"
    ),
    "redcap": StudyFormat("dictionary, events and records", "redcap_project:write_redcap"),
    "fhir": StudyFormat(
        "a bundle (R4) in one JSON file",
        "fhir_bundle:write_fhir",
        "fhir_bundle:BUNDLE",
        "fhir.resources",
    ),
    "dicom": StudyFormat(
        "photographs and measurement reports", "dicom_folder:write_dicom", library="highdicom"
    ),
    "ro-crate": StudyFormat("a folder with all of it", "crate:write_crate", has_terms=True),
    "zip": StudyFormat("such a folder for each subject", "crate:write_zips", has_terms=True),
}
