import pytest

from porelight.errors import ParameterError
from porelight.files.foreign import ForeignTable

CONTENT = {
    "Session": {"ID": "a", "Photons": 10, "DoSave": 1},
    "Domain": {"Media": [{"mua": 1}]},
}


def table(content=None, **options):
    return ForeignTable(CONTENT if content is None else content, "", "MCX", **options)


def test_what_is_used_or_named_is_answered_for():
    whole = table()
    session, domain = whole.table("Session"), whole.table("Domain")
    assert session.get("Photons") == 10
    session.without_effect("what MCX saves", "ID", "DoSave", "Absent")
    medium = domain.child(domain.get("Media")[0], "Domain.Media[0]")
    assert medium.get("mua") == 1

    assert whole.notes() == ["Session.ID, .DoSave: what MCX saves"]


@pytest.mark.parametrize(
    ("forget", "message"),
    [
        ("ID", "Session.ID is no key of MCX that porelight knows"),
        ("DoSave", "Session.DoSave is no key of MCX that porelight knows; did you mean 'DoSaved'"),
        ("mua", r"Domain.Media\[0\].mua is no key of MCX"),
    ],
)
def test_a_key_that_nobody_asked_for_is_refused(forget, message):
    whole = table()
    session, domain = whole.table("Session"), whole.table("Domain")
    session.without_effect("known", *{"ID", "Photons", "DoSave", "DoSaved"} - {forget})
    medium = domain.child(domain.get("Media")[0], "Domain.Media[0]")
    if forget != "mua":
        medium.get("mua")

    with pytest.raises(ParameterError, match=message):
        whole.notes()


def test_a_key_of_any_kind_is_told_in_one_line():
    with pytest.raises(ParameterError, match=r"Session\.a\?b is no key of MCX") as raised:
        table({"Session": {"a\nb": 1}}).table("Session").notes()
    assert "\n" not in str(raised.value)


def test_a_key_is_refused_with_its_reason_where_it_is_there():
    session = table().table("Session")
    session.refuse("Absent", "never heard of")

    with pytest.raises(ParameterError, match=r"Session\.ID names the run; take it out"):
        session.refuse("ID", "names the run; take it out.")


def test_case_counts_or_not_as_the_program_has_it():
    assert table({"media": 3}, fold_case=True).get("Media") == 3
    assert table({"media": 3}).get("Media") is None
    with pytest.raises(ParameterError, match="Media comes twice; MCX reads no difference of case"):
        table({"media": 3, "Media": 4}, fold_case=True)


def test_what_is_no_table_is_refused():
    with pytest.raises(ParameterError, match="the file is no table; expected a document of MCX"):
        ForeignTable([1], "", "MCX")
    with pytest.raises(ParameterError, match="Optode is missing"):
        table().table("Optode")
