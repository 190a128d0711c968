"""The formats in which a study leaves, by their keys."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final, Literal

from porelight.files.study_exports.content import StudyContent

StudyFormatKey = Literal["csv", "parquet", "netcdf", "redcap", "fhir", "dicom"]


@dataclass(frozen=True, slots=True)
class StudyFormat:
    """One format of a study.

    Attributes
    ----------
    meaning : str
        What is written, and for whom.
    writer : str
        Module and function that write it, as "module:function"; loaded when it is asked for.
    """

    meaning: str
    writer: str

    def load(self) -> Callable[[StudyContent, Path], Path]:
        """Return the function that writes it."""
        module, _, name = self.writer.partition(":")
        found: Callable[[StudyContent, Path], Path] = getattr(
            import_module(f"porelight.files.study_exports.{module}"), name
        )
        return found


STUDY_FORMATS: Final[dict[StudyFormatKey, StudyFormat]] = {
    "csv": StudyFormat("a folder of tables, long and wide", "statistics:write_csv_tables"),
    "parquet": StudyFormat("the same tables with types and units", "statistics:write_parquet"),
    "netcdf": StudyFormat("a file of arrays by subject, visit, zone, take", "arrays:write_arrays"),
    "redcap": StudyFormat("dictionary, events and records", "redcap_project:write_redcap"),
    "fhir": StudyFormat("a bundle (R4) in one JSON file", "fhir_bundle:write_fhir"),
    "dicom": StudyFormat("photographs and measurement reports", "dicom_folder:write_dicom"),
}
