"""Claims about workers: what they do with jobs that end well, badly, or not at all."""

import pytest
from PIL import Image

from porelight.errors import StoreUnavailableError
from porelight.store import work as work_module
from porelight.store.jobs import JobQueue, JobRequest, LeaseLostError, ask_for
from porelight.store.measuring import KIND, ask_for_measurements
from porelight.store.photograph_records import photograph_counts, photograph_table
from porelight.store.results import measured_pores, measurement_table, quantity_table
from porelight.store.work import StoppedError, work


@pytest.fixture
def ask(store):
    def asked(*keys):
        with store.writing() as transaction:
            ask_for(transaction, [JobRequest("k", key, {"of": key}) for key in keys])

    return asked


def states(store):
    return {row.key: (row.state, row.reason) for row in JobQueue(store).rows("k")}


def keep_note(_store, payload, _progress):
    return lambda transaction: transaction.note("read", 1, payload["of"])


def test_jobs_end_with_a_result_or_a_reason_and_the_next_is_taken(store, ask):
    def sometimes(store, payload, progress):
        if payload["of"] == "b":
            raise ZeroDivisionError("of a fault")
        return keep_note(store, payload, progress)

    ask("a", "b", "c")
    done = work(store, "w", kinds={"k": sometimes})
    assert (done.n_done, done.n_failed) == (2, 1)
    assert states(store) == {
        "a": ("done", ""),
        "b": ("failed", "a fault of porelight (ZeroDivisionError: of a fault)"),
        "c": ("done", ""),
    }


@pytest.mark.parametrize("stop", [KeyboardInterrupt, StoppedError])
def test_who_is_stopped_gives_the_job_back(store, ask, stop):
    def stopped(*_):
        raise stop

    ask("a")
    if stop is KeyboardInterrupt:
        with pytest.raises(KeyboardInterrupt):
            work(store, "w", kinds={"k": stopped})
    else:
        work(store, "w", kinds={"k": stopped})
    assert states(store) == {"a": ("waiting", "")}


def test_a_job_whose_result_finds_no_room_goes_back_and_ends_the_worker(store, ask):
    def full(_store, _payload, _progress):
        def keep(_transaction):
            raise StoreUnavailableError("the disk is full.")

        return keep

    ask("a", "b")
    with pytest.raises(StoreUnavailableError):
        work(store, "w", kinds={"k": full})
    assert states(store) == {"a": ("waiting", ""), "b": ("waiting", "")}


def test_a_job_that_is_cancelled_while_it_runs_is_ended_and_leaves_nothing(store, ask):
    def cancelled(store, payload, progress):
        JobQueue(store).cancel(JobQueue(store).rows("k")[0].id)
        return keep_note(store, payload, progress)

    ask("a")
    work(store, "w", kinds={"k": cancelled})
    assert states(store)["a"][0] == "cancelled"


def test_a_job_taken_over_meanwhile_keeps_the_result_of_the_other_alone(store, ask):
    def slow(store, payload, _progress):
        JobQueue(store).abandon("slow")
        work(store, "quick", kinds={"k": keep_note})
        return lambda transaction: transaction.note("read", 2, "late")

    ask("a")
    work(store, "slow", kinds={"k": slow})
    assert states(store) == {"a": ("done", "")}
    with store.database.reading() as connection:
        told = connection.exec_driver_sql("SELECT detail FROM log WHERE action = 'read'").scalars()
        assert list(told) == ["a"]


def test_a_heart_that_finds_its_job_gone_ends_the_work(store, ask):
    ask("a")
    queue = JobQueue(store, lease=0.05)
    job = queue.take(["k"], "w")
    queue.abandon("w")
    heart = work_module._Heart(queue, job, lambda: True)
    with heart:
        heart._thread.join()
        with pytest.raises(LeaseLostError):
            heart.tell(0.5)


@pytest.fixture
def study(store, tmp_path, rendered_skin):
    """Import a photograph that can be measured, and one that cannot."""
    from porelight.files.manifests import ManifestRow  # noqa: PLC0415
    from porelight.store.importing import import_photographs  # noqa: PLC0415
    from porelight.store.photograph_records import ScaleGiven  # noqa: PLC0415

    small = tmp_path / "small.png"
    Image.new("RGB", (30, 30), (180, 140, 120)).save(small)
    rows = [
        ManifestRow("1", rendered_skin, "S01", "v1", "left cheek", date="2027-01-01"),
        ManifestRow("2", small, "S01", "v2", "nose", date="2027-02-12"),
    ]
    scale = ScaleGiven("known", 12.5, 0.01)
    assert [one.fate for one in import_photographs(store, rows, scale)] == ["new", "new"]
    return store


@pytest.mark.slow
@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
def test_photographs_are_measured_once_or_refused_with_the_reason(study):
    assert ask_for_measurements(study).n_new == 2
    assert ask_for_measurements(study).n_new == 0
    assert work(study, "w").n_done == 2
    assert photograph_counts(study) == {("v1", "measured"): 1, ("v2", "refused"): 1}
    (first, second) = photograph_table(study, "test")
    assert second.reason.startswith("S01/v2/nose 1")
    assert ask_for_measurements(study, again=True).n_new == 0
    assert ask_for_measurements(study, q=0.1).n_new == 2
    rows = [row for row in measurement_table(study, "test") if row.state == "done"]
    assert [(row.photograph.id, row.day) for row in rows] == [(first.id, 0)]
    assert rows[0].summary["photograph"]["name"] == "S01/v1/left cheek 1"
    with study.writing() as transaction:
        pores, possible = measured_pores(transaction, rows[0].id)
    assert pores.startswith(b"pore,row_mm,")
    assert possible.startswith(b"diameter_factor,")
    assert pores.count(b"\n") - 1 == rows[0].summary["found"]
    quantities = {row.quantity: row for row in quantity_table(study, "test")}
    assert quantities["count"].low <= quantities["count"].value <= quantities["count"].high
    assert "diameter_mm_p50" in quantities
    assert [row.state for row in JobQueue(study).rows(KIND)].count("done") == 2
