"""Identifiers, references and codes of a FHIR bundle."""

from typing import Any, ClassVar, Final

from porelight.files.study_exports.body_sites import body_site
from porelight.files.study_exports.content import StudyContent
from porelight.files.study_exports.quantities import ExportedQuantity

Resource = dict[str, Any]

UCUM: Final = "http://unitsofmeasure.org"
SNOMED: Final = "http://snomed.info/sct"
_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"


class FhirTerms:
    """What resources of one study call each other and what they speak of.

    Identifiers are UUIDs made of what they name, so that an export that is sent again updates what
    is there.

    Attributes
    ----------
    own : str
        System of porelight's own codes: the OID under 2.25 that its DICOM files name, too.
    study : str
        System of the codes of the study's subjects.
    """

    PSEUDONYM: ClassVar[Resource] = {
        "system": f"{_TERMINOLOGY}/v3-ObservationValue",
        "code": "PSEUDED",
        "display": "pseudonymized",
    }
    AMBULATORY: ClassVar[Resource] = {
        "system": f"{_TERMINOLOGY}/v3-ActCode",
        "code": "AMB",
        "display": "ambulatory",
    }
    IMAGE: ClassVar[Resource] = {
        "coding": [{"system": f"{_TERMINOLOGY}/media-type", "code": "image", "display": "Image"}]
    }
    PHOTOGRAPHY: ClassVar[Resource] = {
        "coding": [{"system": SNOMED, "code": "197157006", "display": "Photography of patient"}]
    }
    NO_ANSWER: ClassVar[Resource] = {
        "coding": [
            {"system": f"{_TERMINOLOGY}/data-absent-reason", "code": "error", "display": "Error"}
        ]
    }
    OWN: ClassVar[dict[str, str]] = {
        "pores": "Pores of a zone of the face in one photograph",
        "change": "Change of the same pores between two photographs",
        "interval-low": "lower end of the interval",
        "interval-high": "upper end of the interval",
        "interval-coverage": "coverage of the interval",
        "arm": "how this skin is treated",
        "take": "which of several photographs of the zone",
        "day": "days since the subject's first visit with a date",
    }

    def __init__(self, content: StudyContent) -> None:
        self._content = content
        self._uids = {one.pseudonym: one.uid for one in content.subjects}
        self.own = f"urn:oid:2.25.{content.scheme.int}"
        self.study = f"urn:uuid:{content.id_of('subjects')}"

    def id(self, *parts: str | int) -> str:
        """Return the identifier of what these parts name; a pseudonym stands for its subject."""
        return str(self._content.id_of("fhir", *(self._uids.get(str(one), one) for one in parts)))

    def to(self, *parts: str | int) -> Resource:
        """Return a reference to what these parts name."""
        return {"reference": f"urn:uuid:{self.id(*parts)}"}

    def code(self, code: str, display: str = "") -> Resource:
        """Return a concept of porelight's own."""
        shown = display or self.OWN[code]
        return {"coding": [{"system": self.own, "code": code, "display": shown}]}

    @staticmethod
    def quantity(value: float, one: ExportedQuantity) -> Resource:
        """Return a value with its unit."""
        return {"value": value, "unit": one.unit, "system": UCUM, "code": one.unit}

    @staticmethod
    def site(zone: str) -> Resource:
        """Return a zone of the face; SNOMED CT names the skin, the text the side, too."""
        found = body_site(zone)
        coding = {"system": SNOMED, "code": found.code, "display": found.meaning}
        return {"coding": [coding], "text": zone}
