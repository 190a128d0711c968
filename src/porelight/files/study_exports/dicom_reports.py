"""What was measured at a visit as a DICOM structured report, TID 1500 Measurement Report [1]_.

Each photograph is a group of measurements that refers to its image. The bounds of an interval are
the upper and lower measurement uncertainty of TID 310: how far they are from the value. Quantities
have codes of porelight's own scheme, for there are no others; units are UCUM.

References
----------
.. [1] NEMA PS3.16, Content Mapping Resource, TID 1500 Measurement Report.
"""

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from porelight import __version__
from porelight.files.study_exports.body_sites import body_site
from porelight.files.study_exports.content import (
    ExportedPhotograph,
    ExportedSubject,
    ExportedVisit,
    StudyContent,
)
from porelight.files.study_exports.dicom_header import SCHEME, set_equipment, set_subject, uid_of
from porelight.files.study_exports.quantities import MEASURED

if TYPE_CHECKING:
    from highdicom.sr import (
        CodedConcept,
        ComprehensiveSR,
        Measurement,
        MeasurementsAndQualitativeEvaluations,
        NumContentItem,
    )
    from pydicom.dataset import Dataset
    from pydicom.sr.coding import Code

_UNITS = {
    "1": "no units",
    "/cm2": "per square centimeter",
    "mm": "millimeter",
    "cm2": "square centimeter",
    "deg": "degree",
    "%": "percent",
    "/mm": "per millimeter",
}
_LONG = 64


def measurement_report(
    content: StudyContent,
    subject: ExportedSubject,
    visit: ExportedVisit,
    images: "Mapping[int, Dataset]",
) -> "ComprehensiveSR | None":
    """Return the report of a visit; None if nothing was measured.

    Parameters
    ----------
    content : StudyContent
        What is exported.
    subject : ExportedSubject
        Who was measured.
    visit : ExportedVisit
        The visit that is reported.
    images : mapping of Dataset
        Photographs of the visit by their number, from `photographic_image`; pixels may be gone.
    """
    import highdicom as hd  # noqa: PLC0415
    from pydicom.sr.codedict import codes  # noqa: PLC0415

    measured = [
        one for one in content.photographs if one.number in images and one.measurement is not None
    ]
    if not measured:
        return None
    told = {one.number: dict(one.summary or {}) for one in measured}
    sources = [str(images[one.number].SOPInstanceUID) for one in measured]
    digest = json.dumps([told, sources], sort_keys=True)
    device = hd.sr.DeviceObserverIdentifyingAttributes(
        uid=uid_of(content.id_of("porelight", __version__)),
        name="porelight",
        manufacturer_name="porelight",
        model_name=f"porelight {__version__}",
    )
    observer = hd.sr.ObserverContext(codes.DCM.Device, device)
    groups = [_group(content, subject, one, images[one.number]) for one in measured]
    report = hd.sr.MeasurementReport(
        hd.sr.ObservationContext(observer_device_context=observer),
        procedure_reported=codes.SCT.PhotographyOfPatient,
        imaging_measurements=groups,
        title=codes.DCM.ImagingMeasurementReport,
        language_of_content_item_and_descendants=hd.sr.LanguageOfContentItemAndDescendants(
            hd.sr.CodedConcept("en", "RFC5646", "English")
        ),
    )
    made = hd.sr.ComprehensiveSR(
        evidence=[images[one.number] for one in measured],
        content=report[0],
        series_instance_uid=uid_of(content.id_of(subject.uid, "reports", visit.name)),
        series_number=2,
        sop_instance_uid=uid_of(content.id_of(subject.uid, "report", visit.name, digest)),
        instance_number=1,
        manufacturer="porelight",
        is_complete=True,
        is_final=True,
    )
    set_subject(made, content, subject, visit)
    set_equipment(made)
    made.SeriesDescription = "Measurements"
    # those of the records instead of the clock's, so that a second export is the same
    day, _, time = content.as_of.partition("T")
    for name in ("Content", "InstanceCreation", "Series"):
        setattr(made, f"{name}Date", day.replace("-", ""))
        setattr(made, f"{name}Time", time[:8].replace(":", ""))
    for item in made.get("ContributingEquipmentSequence", ()):
        item.ContributionDateTime = f"{made.ContentDate}{made.ContentTime}"
    made.CodingSchemeIdentificationSequence = [_scheme(content)]
    return made


def _group(
    content: StudyContent, subject: ExportedSubject, one: ExportedPhotograph, image: "Dataset"
) -> "MeasurementsAndQualitativeEvaluations":
    import highdicom as hd  # noqa: PLC0415
    from pydicom.sr.codedict import codes  # noqa: PLC0415

    site = body_site(one.zone)
    side = hd.sr.CodedConcept(site.side_code, "SCT", site.side) if site.side else None
    version = one.measurement.version if one.measurement else ""
    return hd.sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=hd.sr.TrackingIdentifier(
            uid=uid_of(content.id_of(subject.uid, "tracking", one.zone, one.arm)),
            identifier=f"{one.zone} {one.take}".strip(),
        ),
        finding_type=hd.sr.CodedConcept("pores", SCHEME, "Pores of the skin"),
        finding_sites=[
            hd.sr.FindingSite(hd.sr.CodedConcept(site.code, "SCT", site.meaning), laterality=side)
        ],
        method=codes.SCT.PhotographyOfPatient,
        algorithm_id=hd.sr.AlgorithmIdentification("porelight", version),
        source_images=[hd.sr.SourceImageForMeasurementGroup.from_source_image(image)],
        measurements=list(_measurements(one.summary or {})),
    )


def _measurements(summary: Mapping[str, Any]) -> "Iterator[Measurement]":
    import highdicom as hd  # noqa: PLC0415
    from pydicom.sr.codedict import codes  # noqa: PLC0415

    for quantity in MEASURED:
        value, *bounds = quantity.values(summary)
        if value is None:
            continue
        unit = hd.sr.CodedConcept(quantity.unit, "UCUM", _UNITS[quantity.unit])
        made = hd.sr.Measurement(
            hd.sr.CodedConcept(quantity.name, SCHEME, quantity.label[:_LONG]), float(value), unit
        )
        low, high = bounds or (None, None)
        if low is not None and high is not None:
            # highdicom's own properties give these without a unit, TID 310 in that of the value
            made[0].ContentSequence = hd.sr.ContentSequence(
                [
                    _property(codes.SCT.RangeOfUpperMeasurementUncertainty, high - value, unit),
                    _property(codes.SCT.RangeOfLowerMeasurementUncertainty, value - low, unit),
                ]
            )
        yield made


def _property(name: "Code", value: float, unit: "CodedConcept") -> "NumContentItem":
    import highdicom as hd  # noqa: PLC0415

    has = hd.sr.RelationshipTypeValues.HAS_PROPERTIES
    return hd.sr.NumContentItem(name, float(value), unit, relationship_type=has)


def _scheme(content: StudyContent) -> "Dataset":
    from pydicom.dataset import Dataset  # noqa: PLC0415

    item = Dataset()
    item.CodingSchemeDesignator = SCHEME
    item.CodingSchemeUID = uid_of(content.scheme)
    item.CodingSchemeName = "Quantities of porelight"
    return item
