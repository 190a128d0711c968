"""A study as one FHIR bundle, for release 4 [1]_.

A transaction of updates: a server that is sent it twice holds everything once. It is checked by the
models of R4B before it is written, the release of which fhir.resources has models; the resources
used here are the same in R4 (4.0.1) and R4B (4.3.0). Photographs are named by their hash, and are
not in it.

References
----------
.. [1] HL7 FHIR Release 4 (v4.0.1), 2019, https://hl7.org/fhir/R4.
"""

from collections.abc import Iterator
from pathlib import Path

from porelight.course.documents import json_text
from porelight.errors import InputFileError
from porelight.files.kinds import ResultKind, json_with
from porelight.files.study_exports.content import StudyContent, one_line
from porelight.files.study_exports.fhir_measurements import comparison_resources, photo_resources
from porelight.files.study_exports.fhir_terms import FhirTerms, Resource
from porelight.files.study_exports.quantities import COMPARED, MEASURED
from porelight.files.writing import write_text

MARK = "porelight study export"
BUNDLE = ResultKind("a bundle of a study", (".json",), json_with(MARK, "identifier", "value"))


def write_fhir(content: StudyContent, path: Path) -> Path:
    """Write a study as a FHIR bundle in JSON.

    Parameters
    ----------
    content : StudyContent
        What is exported.
    path : Path
        File to write; its name ends in ``.json``.

    Raises
    ------
    InputFileError
        If it cannot be written, something else is there, or it would be no valid FHIR.
    """
    bundle = study_bundle(content)
    _require_valid(bundle)
    write_text(path, json_text(bundle, indent=1) + "\n", BUNDLE)
    return path


def study_bundle(content: StudyContent) -> Resource:
    """Return the bundle of a study, ready for JSON.

    Parameters
    ----------
    content : StudyContent
        What is exported.
    """
    terms = FhirTerms(content)
    entries = []
    for resource in _resources(content, terms):
        url = f"{resource['resourceType']}/{resource['id']}"
        entries.append(
            {
                "fullUrl": f"urn:uuid:{resource['id']}",
                "resource": resource,
                "request": {"method": "PUT", "url": url},
            }
        )
    return {
        "resourceType": "Bundle",
        "id": terms.id("bundle", content.as_of),
        "identifier": {"system": terms.study, "value": f"{MARK}: {content.study}"},
        "type": "transaction",
        "timestamp": content.as_of,
        "entry": entries,
    }


def _resources(content: StudyContent, terms: FhirTerms) -> Iterator[Resource]:
    yield _code_system(terms)
    yield from _study(content, terms)
    for version in content.versions:
        yield {
            "resourceType": "Device",
            "id": terms.id("device", version),
            "status": "active",
            "deviceName": [{"name": "porelight", "type": "manufacturer-name"}],
            "version": [{"value": version}],
        }
    yield from _subjects(content, terms)
    yield from _visits(content, terms)
    for photograph in content.photographs:
        yield from photo_resources(photograph, terms)
    for comparison in content.comparisons:
        yield from comparison_resources(comparison, terms)
    yield from _treatments(content, terms)


def _code_system(terms: FhirTerms) -> Resource:
    concepts = [
        {"code": one.name, "display": one.label, "definition": f"{one.meaning} [{one.unit}]"}
        for one in (*MEASURED, *COMPARED)
    ]
    others = [{"code": code, "display": display} for code, display in terms.OWN.items()]
    return {
        "resourceType": "CodeSystem",
        "id": terms.id("codes"),
        "url": terms.own,
        "name": "PorelightQuantities",
        "title": "Quantities of porelight",
        "status": "active",
        "content": "complete",
        "concept": concepts + others,
    }


def _study(content: StudyContent, terms: FhirTerms) -> Iterator[Resource]:
    sites = sorted({one.site for one in content.subjects if one.site})
    for site in sites:
        yield {"resourceType": "Location", "id": terms.id("site", site), "name": site}
    arms = sorted({one.arm for one in content.photographs if one.arm})
    study: Resource = {
        "resourceType": "ResearchStudy",
        "id": terms.id("study"),
        "identifier": [{"system": terms.study, "value": content.study}],
        "title": content.study,
        "status": "active",
    }
    if sites:
        study["site"] = [terms.to("site", site) for site in sites]
    if arms:
        study["arm"] = [{"name": arm} for arm in arms]
    yield study


def _subjects(content: StudyContent, terms: FhirTerms) -> Iterator[Resource]:
    for subject in content.subjects:
        identifier = [{"system": terms.study, "value": subject.pseudonym}]
        yield {
            "resourceType": "Patient",
            "id": terms.id("patient", subject.pseudonym),
            "meta": {"security": [terms.PSEUDONYM]},
            "identifier": identifier,
        }
        arms = {one.arm for one in content.photographs if one.subject == subject.pseudonym}
        enrolled: Resource = {
            "resourceType": "ResearchSubject",
            "id": terms.id("subject", subject.pseudonym),
            "identifier": identifier,
            "status": "on-study",
            "study": terms.to("study"),
            "individual": terms.to("patient", subject.pseudonym),
        }
        # several arms are of several skins of one person, and told with each photograph
        if len(arms) == 1 and (arm := arms.pop()):
            enrolled["assignedArm"] = arm
        yield enrolled


def _visits(content: StudyContent, terms: FhirTerms) -> Iterator[Resource]:
    sites = {one.pseudonym: one.site for one in content.subjects}
    for visit in content.visits:
        encounter: Resource = {
            "resourceType": "Encounter",
            "id": terms.id("visit", visit.subject, visit.name),
            "status": "finished",
            "class": terms.AMBULATORY,
            "type": [{"text": visit.name}],
            "subject": terms.to("patient", visit.subject),
        }
        if visit.date:
            encounter["period"] = {"start": visit.date, "end": visit.date}
        if site := sites[visit.subject]:
            encounter["location"] = [{"location": terms.to("site", site)}]
        yield encounter


def _treatments(content: StudyContent, terms: FhirTerms) -> Iterator[Resource]:
    visits = {(one.subject, one.name) for one in content.visits}
    for one in content.treatments:
        procedure: Resource = {
            "resourceType": "Procedure",
            "id": terms.id("treatment", one.subject, one.number),
            "status": "completed",
            "code": {"text": f"treatment with {one.device or 'a device that is not told'}"},
            "subject": terms.to("patient", one.subject),
        }
        if (one.subject, one.visit) in visits:
            procedure["encounter"] = terms.to("visit", one.subject, one.visit)
        if one.date:
            procedure["performedDateTime"] = one.date
        settings = [f"{key}: {value}" for key, value in one.session.items()]
        if settings:
            procedure["note"] = [{"text": "\n".join(settings)}]
        yield procedure


def _require_valid(bundle: Resource) -> None:
    from fhir.resources.R4B.bundle import Bundle  # noqa: PLC0415
    from pydantic import ValidationError  # noqa: PLC0415

    try:
        Bundle.model_validate(bundle)
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise InputFileError(
            f"the bundle would be no valid FHIR: {where}: {one_line(first['msg'])}."
        ) from None
