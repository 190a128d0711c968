"""What photographs and reports of a study have in common as DICOM: whose, when, of which study.

A visit of a subject is a DICOM study; its photographs are one series, its reports another. UIDs are
UUIDs under the root 2.25 [1]_, made of what they name: exported again, they are the same, and a
picture archive knows what it has already.

References
----------
.. [1] NEMA PS3.5, Data Structures and Encoding, B.2 UUID Derived UID.
"""

import uuid
from typing import TYPE_CHECKING

from porelight import __version__
from porelight.files.study_exports.content import ExportedSubject, ExportedVisit, StudyContent

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

SCHEME = "99PORELIGHT"
_ROOT = "2.25."
_SHORT, _LONG = 16, 64  # characters of SH and LO


def uid_of(number: uuid.UUID) -> str:
    """Return a UUID as a UID of DICOM."""
    return f"{_ROOT}{number.int}"


def coded(value: str, scheme: str, meaning: str) -> "Dataset":
    """Return an item of a sequence of codes."""
    from pydicom.dataset import Dataset  # noqa: PLC0415

    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def set_subject(
    dataset: "Dataset", content: StudyContent, subject: ExportedSubject, visit: ExportedVisit
) -> None:
    """Set the modules of patient, study and clinical trial; the pseudonym is all that is known."""
    dataset.PatientName = f"{subject.pseudonym}^"  # one component, and no more is meant
    dataset.PatientID = subject.pseudonym
    dataset.PatientBirthDate = ""
    dataset.PatientSex = ""
    dataset.PatientIdentityRemoved = "YES"
    dataset.DeidentificationMethod = "pixels anew, no metadata of the file kept; pseudonym"
    dataset.StudyInstanceUID = uid_of(content.id_of(subject.uid, "visit", visit.name))
    dataset.StudyDate = _date(visit.date)
    dataset.StudyTime = ""
    dataset.ReferringPhysicianName = ""
    dataset.StudyID = visit.name[:_SHORT]
    dataset.AccessionNumber = ""
    dataset.StudyDescription = f"{content.study}, {visit.name}"[:_LONG]
    dataset.ClinicalTrialSponsorName = "not told"
    dataset.ClinicalTrialProtocolID = content.study[:_LONG]
    dataset.ClinicalTrialProtocolName = content.study[:_LONG]
    dataset.ClinicalTrialSiteID = subject.site
    dataset.ClinicalTrialSiteName = subject.site
    dataset.ClinicalTrialSubjectID = subject.pseudonym
    dataset.ClinicalTrialTimePointID = visit.name


def set_equipment(dataset: "Dataset") -> None:
    """Set who made the file."""
    dataset.Manufacturer = "porelight"
    dataset.ManufacturerModelName = "porelight"
    dataset.SoftwareVersions = __version__
    dataset.DeviceSerialNumber = "none"


def _date(day: str) -> str:
    return day.replace("-", "")
