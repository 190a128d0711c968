"""Claims about the FHIR bundle of a study, read back as a server would read it."""

import json
import re
from dataclasses import replace

import pytest
from fhir.resources.R4B import get_fhir_model_class

from porelight.errors import InputFileError
from porelight.files.study_exports import fhir_bundle
from porelight.files.study_exports.fhir_bundle import study_bundle, write_fhir
from porelight.files.study_exports.quantities import COMPARED, MEASURED

UCUM = "http://unitsofmeasure.org"
# units of UCUM's table that are used, in full; "/" before a unit is its inverse
UCUM_CODES = {"1", "/cm2", "mm", "deg", "cm2", "%", "/mm"}
# https://hl7.org/fhir/R4/datatypes.html
ID = r"[A-Za-z0-9\-\.]{1,64}"
URN = r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


@pytest.fixture
def bundle(content, tmp_path):
    path = write_fhir(content, tmp_path / "study.json")
    return json.loads(path.read_text(encoding="utf-8"))


def resources(bundle, kind):
    found = [entry["resource"] for entry in bundle["entry"]]
    return [one for one in found if one["resourceType"] == kind]


def every(document, key):
    """Yield all values under a key, at any depth."""
    if isinstance(document, dict):
        for name, value in document.items():
            if name == key:
                yield value
            yield from every(value, key)
    elif isinstance(document, list):
        for one in document:
            yield from every(one, key)


def test_every_resource_is_one_of_its_kind(bundle):
    get_fhir_model_class("Bundle").model_validate(bundle)
    for entry in bundle["entry"]:
        resource = entry["resource"]
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
        assert re.fullmatch(ID, resource["id"])
    kinds = {entry["resource"]["resourceType"] for entry in bundle["entry"]}
    assert kinds == {
        "CodeSystem", "Device", "Encounter", "Location", "Media", "Observation", "Patient",
        "Procedure", "ResearchStudy", "ResearchSubject",
    }  # fmt: skip


def test_every_reference_is_to_something_in_it(bundle):
    places = [entry["fullUrl"] for entry in bundle["entry"]]
    assert len(set(places)) == len(places)
    assert all(re.fullmatch(URN, place) for place in places)
    references = set(every(bundle, "reference"))
    assert references <= set(places)
    for entry in bundle["entry"]:
        resource = entry["resource"]
        kind = resource["resourceType"]
        assert entry["request"] == {"method": "PUT", "url": f"{kind}/{resource['id']}"}
    assert bundle["type"] == "transaction"


def test_units_are_of_ucum_and_codes_are_explained(bundle):
    quantities = [*every(bundle, "valueQuantity")]
    assert {one["system"] for one in quantities} == {UCUM}
    assert {one["code"] for one in quantities} <= UCUM_CODES
    (system,) = resources(bundle, "CodeSystem")
    told = {one["code"] for one in system["concept"]}
    used = {
        one["code"] for one in every(resources(bundle, "Observation"), "coding") for one in one
        if one["system"] == system["url"]
    }  # fmt: skip
    assert used <= told
    assert re.fullmatch(r"urn:oid:[0-2](\.(0|[1-9][0-9]*))+", system["url"])


def test_every_number_is_an_observation_of_its_photograph(content, bundle):
    places = {entry["fullUrl"]: entry["resource"] for entry in bundle["entry"]}
    joined = [one for one in resources(bundle, "Observation") if "hasMember" in one]
    by_title = {
        places[one["derivedFrom"][0]["reference"]]["content"]["title"]: one
        for one in joined
        if len(one["derivedFrom"]) == 1
    }
    n = 0
    for one in content.photographs:
        title = f"{one.subject}/{one.visit.name}/{one.zone} {one.take}"
        if one.measurement is None:
            assert title not in by_title
            continue
        members = [places[ref["reference"]] for ref in by_title[title]["hasMember"]]
        found = {member["code"]["coding"][0]["code"]: member for member in members}
        for quantity in MEASURED:
            value, *bounds = quantity.values(one.summary)
            if value is None:
                assert quantity.name not in found
                continue
            made = found.pop(quantity.name)
            assert made["valueQuantity"]["value"] == value
            assert made["valueQuantity"]["code"] == quantity.unit
            ends = [part["valueQuantity"]["value"] for part in made.get("component", ())]
            assert ends == ([*bounds, 0.9] if bounds else [])
            patient = places[made["subject"]["reference"]]
            assert patient["identifier"][0]["value"] == one.subject
            visit = places[made["encounter"]["reference"]]
            assert visit["type"][0]["text"] == one.visit.name
            n += 1
        assert not found
    assert n > 60


def test_what_was_refused_is_there_with_its_reason(bundle):
    refused = [one for one in resources(bundle, "Observation") if one["status"] == "cancelled"]
    assert [one["note"][0]["text"] for one in refused] == [
        "S01/baseline/nose 1: 3 px/mm, too coarse",
        "no shared skin",
    ]
    assert all("dataAbsentReason" in one for one in refused)
    assert len(resources(bundle, "Media")) == 6


def test_comparisons_and_treatments_are_there(content, bundle):
    (joined,) = [
        one for one in resources(bundle, "Observation")
        if len(one["derivedFrom"]) == 2 and "hasMember" in one
    ]  # fmt: skip
    assert len(joined["hasMember"]) == len(COMPARED)
    places = {entry["fullUrl"]: entry["resource"] for entry in bundle["entry"]}
    change = places[joined["hasMember"][0]["reference"]]
    assert change["valueQuantity"] == {"value": -6.125, "unit": "%", "system": UCUM, "code": "%"}
    (treated,) = resources(bundle, "Procedure")
    assert treated["performedDateTime"] == content.treatments[0].date
    assert "passes: 2" in treated["note"][0]["text"]


def test_patients_are_pseudonyms_and_nothing_else(bundle):
    for one in resources(bundle, "Patient"):
        assert set(one) == {"resourceType", "id", "meta", "identifier"}
        assert one["meta"]["security"][0]["code"] == "PSEUDED"
    text = json.dumps(bundle)
    assert '"data"' not in text
    assert '"name": "S01"' not in text


def test_identifiers_stay_when_the_study_grows(content, bundle):
    fewer = replace(content, subjects=content.subjects[:1]).of_subject("S01")
    before = {entry["fullUrl"] for entry in study_bundle(fewer)["entry"]}
    left = before - {entry["fullUrl"] for entry in bundle["entry"]}
    assert left == set()
    (study,) = resources(study_bundle(fewer), "ResearchStudy")
    assert study["identifier"] == resources(bundle, "ResearchStudy")[0]["identifier"]


def test_an_earlier_bundle_is_replaced_and_another_file_is_not(content, tmp_path):
    path = write_fhir(content, tmp_path / "study.json")
    before = path.read_bytes()
    write_fhir(content, path)
    assert path.read_bytes() == before
    path.write_text('{"resourceType": "Bundle"}')
    with pytest.raises(InputFileError, match="is not a bundle of a study that porelight wrote"):
        write_fhir(content, path)


def test_what_would_be_no_fhir_is_not_written(content, tmp_path, monkeypatch):
    monkeypatch.setattr(fhir_bundle, "study_bundle", lambda _: {"resourceType": "Bundle"})
    with pytest.raises(InputFileError, match="would be no valid FHIR: "):
        write_fhir(content, tmp_path / "study.json")
    assert list(tmp_path.iterdir()) == []
