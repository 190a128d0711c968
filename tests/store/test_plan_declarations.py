"""Claims about plans of analysis in the log: declared once, and who had looked before."""

import pytest

from porelight.store.analysis_rows import analysis_rows, photograph_rows_of
from porelight.store.checking import check_store
from porelight.store.photograph_records import photograph_table
from porelight.store.plan_declarations import declare_plan, looks_since, plan_declarations
from porelight.store.results import quantity_table


def test_a_plan_is_blind_until_results_are_read(store, keep):
    keep()
    photograph_rows_of(store, "plan")
    first = declare_plan(store, "a" * 64)
    assert first.is_blind
    assert first.actor == "nurse"
    analysis_rows(store, "analysis")
    late = declare_plan(store, "b" * 64)
    assert late.looked == ("analysis",)
    # declared again it stays what it was
    assert declare_plan(store, "a" * 64) == first
    assert [one.sha256[0] for one in plan_declarations(store)] == ["a", "b"]


def test_what_is_declared_is_part_of_a_sound_log(store, keep):
    keep()
    declare_plan(store, "a" * 64)
    assert check_store(store).findings == ()


def test_an_export_is_a_look_as_well(store, keep):
    keep()
    with store.writing() as transaction:
        transaction.note("read", 1, "all records: exported to csv")
    assert declare_plan(store, "a" * 64).looked == ("exported to csv",)


@pytest.mark.parametrize("word", ["status", "plan", "analysis"])
def test_what_was_read_counts_and_not_the_word_for_it(store, keep, word):
    keep()
    photograph_table(store, word)
    assert declare_plan(store, "a" * 64).is_blind
    quantity_table(store, word)
    assert declare_plan(store, "b" * 64).looked == (word,)


def test_looks_after_a_plan_are_counted_with_what_was_added_after_them(store, keep):
    keep()
    own = declare_plan(store, "a" * 64)
    assert looks_since(store, own.seq).looks == 0
    for _ in range(2):
        analysis_rows(store, "analysis")
    assert (looks_since(store, own.seq).looks, looks_since(store, own.seq).added) == (2, 0)
    keep(2)
    since = looks_since(store, own.seq)
    assert (since.looks, since.added) == (2, 1)
    assert since.first >= own.at
