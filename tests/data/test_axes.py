"""Every uncertain number says whether nobody knows it or people differ in it."""

import pytest

from porelight.data.library import data_files, document, parameters_of
from porelight.errors import DataFileError

ENTRY = {
    "value": 1.0,
    "unit": "1",
    "range": [0.5, 2.0],
    "source": "test",
    "flag": "assumed",
    "prior": "uniform",
}
SHARE = {"share": 0.4, "source": "test", "flag": "derived"}
FILES = [
    name
    for name in (one.removeprefix("tissue/") for one in data_files() if one[:7] == "tissue/")
    if name.endswith(".toml")
]


def loaded(**changed: object):
    return parameters_of({"a": {**ENTRY, **changed}}, "test.toml")["a"]


def test_an_axis_and_its_share_of_people_are_read():
    assert loaded(axis="knowledge").people.share == 0.0
    assert loaded(axis="people").people.share == 1.0
    both = loaded(axis="both", people=SHARE)
    assert (both.axis, both.people.share, both.people.flag) == ("both", 0.4, "derived")


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"axis": "persons"}, "axis 'persons' is unknown"),
        ({"axis": "both"}, "axis is 'both'; people = .* needs it"),
        ({"axis": "knowledge", "people": SHARE}, "axis is 'knowledge'; people"),
        ({"axis": "both", "people": {"share": 0.4, "flag": "derived"}}, "missing source"),
        ({"axis": "both", "people": {**SHARE, "share": 1.0}}, "share of people is 1; expected"),
        ({"axis": "both", "people": {**SHARE, "flag": "guess"}}, "flag 'guess' is unknown"),
        ({"axis": "people", "prior": "fixed"}, "a number without a prior has none"),
    ],
)
def test_an_axis_that_cannot_be_is_refused(changed, text):
    with pytest.raises(DataFileError, match=text):
        loaded(**changed)


@pytest.mark.parametrize("file", FILES)
def test_every_uncertain_number_says_its_axis(file):
    entries = document("tissue", file.removesuffix(".toml"))
    tables = {name: one for name, one in entries.items() if isinstance(one, dict)}
    uncertain = {k: v for k, v in tables.items() if v.get("prior", "fixed") != "fixed"}
    assert [name for name, one in uncertain.items() if "axis" not in one] == []
