"""Photographs, measurements and comparisons as FHIR resources.

Each number is an Observation of its own, its interval two components of it. An Observation for the
photograph joins them; one that was refused is there, too, cancelled and with the reason.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from porelight.files.study_exports.content import (
    ExportedComparison,
    ExportedPhotograph,
    ExportedVisit,
    hash_uri,
    one_line,
)
from porelight.files.study_exports.fhir_terms import UCUM, FhirTerms, Resource
from porelight.files.study_exports.quantities import COMPARED, MEASURED, ExportedQuantity


def photo_resources(one: ExportedPhotograph, terms: FhirTerms) -> Iterator[Resource]:
    """Yield a photograph, its numbers, and what joins them.

    Parameters
    ----------
    one : ExportedPhotograph
        The photograph.
    terms : FhirTerms
        Identifiers and codes.
    """
    yield _media(one, terms)
    if one.state == "waiting":
        return
    about = _about(one.visit, one.zone, [one], terms)
    version = one.measurement.version if one.measurement else ""
    if version:
        about["device"] = terms.to("device", version)
    said = {"arm": one.arm, "take": one.take}
    key = ("photograph", one.subject, one.number)
    yield from _observations(
        key, terms.code("pores"), about, _Answer(MEASURED, one.summary, one.reason, said), terms
    )


def comparison_resources(one: ExportedComparison, terms: FhirTerms) -> Iterator[Resource]:
    """Yield the numbers of a comparison, and what joins them.

    Parameters
    ----------
    one : ExportedComparison
        The comparison.
    terms : FhirTerms
        Identifiers and codes.
    """
    about = _about(one.after.visit, one.after.zone, [one.before, one.after], terms)
    about["device"] = terms.to("device", one.version)
    key = ("comparison", one.after.subject, one.before.number, one.after.number)
    said = {"arm": one.after.arm}
    answer = _Answer(COMPARED, one.summary, one.reason, said)
    yield from _observations(key, terms.code("change"), about, answer, terms)


class _Answer:
    """What came of a measurement.

    Parameters
    ----------
    quantities : sequence of ExportedQuantity
        What is measured.
    summary : mapping or None
        The numbers.
    reason : str
        Why there are none.
    said : mapping of str
        What else is told, by the code of it.
    """

    def __init__(
        self,
        quantities: Sequence[ExportedQuantity],
        summary: Mapping[str, Any] | None,
        reason: str,
        said: Mapping[str, str],
    ) -> None:
        self.quantities = quantities
        self.summary = summary
        self.reason = reason
        self.said = said


def _media(one: ExportedPhotograph, terms: FhirTerms) -> Resource:
    size = (one.summary or {}).get("photograph", {})
    made: Resource = {
        "resourceType": "Media",
        "id": terms.id("media", one.subject, one.number),
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": hash_uri(one.sha256)}],
        "status": "completed",
        "type": terms.IMAGE,
        "subject": terms.to("patient", one.subject),
        "encounter": terms.to("visit", one.subject, one.visit.name),
        "bodySite": terms.site(one.zone),
        "content": {"title": f"{one.subject}/{one.visit.name}/{one.zone} {one.take}"},
    }
    if one.visit.date:
        made["createdDateTime"] = one.visit.date
    if size:
        made |= {"height": size["rows_px"], "width": size["cols_px"]}
    return made


def _about(
    visit: ExportedVisit, zone: str, photographs: Sequence[ExportedPhotograph], terms: FhirTerms
) -> Resource:
    """Return what all observations on photographs share."""
    found: Resource = {
        "subject": terms.to("patient", visit.subject),
        "encounter": terms.to("visit", visit.subject, visit.name),
        "bodySite": terms.site(zone),
        "method": terms.PHOTOGRAPHY,
        "derivedFrom": [terms.to("media", one.subject, one.number) for one in photographs],
    }
    if visit.date:
        found["effectiveDateTime"] = visit.date
    return found


def _observations(
    key: tuple[str | int, ...], code: Resource, about: Resource, answer: _Answer, terms: FhirTerms
) -> Iterator[Resource]:
    members = []
    for one in answer.quantities:
        value, *bounds = one.values(answer.summary)
        if value is None:
            continue
        made: Resource = {
            "resourceType": "Observation",
            "id": terms.id(*key, one.name),
            "status": "final",
            "code": terms.code(one.name, one.label),
            **about,
        }
        if isinstance(value, bool):
            made["valueBoolean"] = value
        else:
            made["valueQuantity"] = terms.quantity(value, one)
        if bounds:
            coverage = (answer.summary or {}).get("interval_coverage")
            made["component"] = _interval(one, bounds, coverage, terms)
        members.append(terms.to(*key, one.name))
        yield made
    joined: Resource = {
        "resourceType": "Observation",
        "id": terms.id(*key),
        "status": "final" if members else "cancelled",
        "code": code,
        **about,
    }
    said = [
        {"code": terms.code(name), "valueString": text}
        for name, text in answer.said.items()
        if text
    ]
    if said:
        joined["component"] = said
    if members:
        joined["hasMember"] = members
    else:
        joined["dataAbsentReason"] = terms.NO_ANSWER
    if answer.reason:
        joined["note"] = [{"text": one_line(answer.reason)}]
    yield joined


def _interval(
    one: ExportedQuantity,
    bounds: Sequence[float | None],
    coverage: float | None,
    terms: FhirTerms,
) -> list[Resource]:
    found = [
        {"code": terms.code(code), "valueQuantity": terms.quantity(bound, one)}
        for code, bound in zip(("interval-low", "interval-high"), bounds, strict=True)
        if bound is not None
    ]
    if coverage is not None:
        share = {"value": coverage, "unit": "1", "system": UCUM, "code": "1"}
        found.append({"code": terms.code("interval-coverage"), "valueQuantity": share})
    return found
