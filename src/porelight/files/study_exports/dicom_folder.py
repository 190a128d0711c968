"""A study as DICOM files: a folder for each subject and visit, photographs and a report in it."""

from pathlib import Path
from typing import TYPE_CHECKING

from porelight.files.study_exports.content import StudyContent
from porelight.files.study_exports.dicom_photographs import photographic_image
from porelight.files.study_exports.dicom_reports import measurement_report
from porelight.files.study_exports.folders import export_folder

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


def write_dicom(content: StudyContent, path: Path) -> Path:
    """Write the photographs and what was measured as DICOM files into a folder.

    Parameters
    ----------
    content : StudyContent
        What is exported.
    path : Path
        Folder to write.

    Raises
    ------
    InputFileError
        As `export_folder`, or if a photograph cannot be decoded.
    """
    subjects = {one.pseudonym: one for one in content.subjects}
    with export_folder(content, path, "dicom") as new:
        for visit in content.visits:
            subject = subjects[visit.subject]
            images: dict[int, Dataset] = {}
            folder = new / subject.pseudonym / visit.name.replace(" ", "-")
            for one in content.photographs:
                if one.visit != visit:
                    continue
                folder.mkdir(parents=True, exist_ok=True)
                image = photographic_image(content, subject, one)
                image.save_as(folder / f"{one.name}.dcm", enforce_file_format=True)
                del image.PixelData  # so that one photograph is held at a time
                images[one.number] = image
            report = measurement_report(content, subject, visit, images)
            if report is not None:
                report.save_as(folder / "measurements.dcm", enforce_file_format=True)
    return path
