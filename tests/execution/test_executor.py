"""Chunks on workers: the same bits anywhere, and what a stop or a lost worker costs."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from functools import partial

import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.execution.chunk_store import ChunkManifest, ChunkStore, StoredVariable
from porelight.execution.chunks import ExecutionError, SameProcess, run_chunks
from porelight.execution.dask_cluster import DaskCluster, require_same_versions
from porelight.execution.processes import Processes
from porelight.threads import available_threads, use_threads

MANIFEST = ChunkManifest("a test", {"seed": 3}, 10, 3, {"draw": StoredVariable(("place",), (4,))})


def drawn():
    """Return a function of chunks, which a worker gets by value."""

    def function(chunk):
        rows = [np.random.default_rng([3, row]).normal(size=4) for row in chunk.rows]
        return {"draw": np.array(rows)}

    return function


def noting(folder, function=None):
    """Return a function that leaves a file for each time that a chunk is computed."""
    inner = function or drawn()

    def noted(chunk):
        number = len(list(folder.glob(f"{chunk.number}-*")))
        (folder / f"{chunk.number}-{number}").touch()
        return inner(chunk)

    return noted


def result_of(folder, executor, function=None):
    store = ChunkStore(folder, MANIFEST)
    run_chunks(function or drawn(), store, executor)
    return store.fingerprint(), store.read()["draw"]


@pytest.fixture
def expected(tmp_path):
    return result_of(tmp_path / "expected", SameProcess())


@pytest.mark.slow
@pytest.mark.parametrize("executor", [Processes(1), Processes(2), DaskCluster("local:2")])
def test_the_same_bits_on_every_executor(tmp_path, expected, executor):
    fingerprint, draws = result_of(tmp_path / "here", executor)
    assert fingerprint == expected[0]
    assert np.array_equal(draws, expected[1])


@pytest.mark.parametrize("after", [0, 1, 3])
def test_a_stop_keeps_what_is_done_and_the_next_call_goes_on(tmp_path, expected, after):
    (notes := tmp_path / "notes").mkdir()

    def stop(share):
        if share * 4 > after:
            raise KeyboardInterrupt

    store = ChunkStore(tmp_path / "here", MANIFEST)
    with pytest.raises(KeyboardInterrupt):
        run_chunks(noting(notes), store, SameProcess(), stop)
    kept = 4 - len(ChunkStore(tmp_path / "here", MANIFEST).missing())
    assert kept == after + 1
    assert result_of(tmp_path / "here", SameProcess(), noting(notes))[0] == expected[0]
    assert len(list(notes.iterdir())) == 4


@pytest.mark.slow
@pytest.mark.parametrize("executor", [Processes(2), DaskCluster("local:2")])
def test_a_lost_worker_costs_its_chunk_alone(tmp_path, expected, executor):
    (notes := tmp_path / "notes").mkdir()
    inner = drawn()

    def dies_once(chunk):
        if chunk.number == 2 and not (notes / "2-1").exists():
            os.kill(os.getpid(), signal.SIGKILL)
        return inner(chunk)

    fingerprint, _ = result_of(tmp_path / "here", executor, noting(notes, dies_once))
    assert fingerprint == expected[0]
    assert len(list(notes.glob("2-*"))) == 2
    again = sorted(one.name for one in notes.iterdir() if not one.name.endswith("-0"))
    # a Dask worker also holds what it has just computed and nobody has fetched
    assert "2-1" in again
    assert len(again) <= (1 if isinstance(executor, Processes) else 2)


@pytest.mark.slow
def test_a_chunk_that_always_loses_its_worker_is_one_line(tmp_path):
    def dies(_):
        os._exit(3)

    with pytest.raises(ExecutionError, match="lost its worker 5 times in a row"):
        result_of(tmp_path / "here", Processes(1), dies)


@pytest.mark.slow
def test_what_a_chunk_refuses_is_refused_here_and_workers_have_one_thread(tmp_path):
    def refuses(_):
        raise ParameterError(f"{available_threads()} {os.environ['OPENBLAS_NUM_THREADS']}")

    with pytest.raises(ParameterError, match="1 1"):
        result_of(tmp_path / "here", Processes(2), refuses)
    assert not [one for one in threading.enumerate() if type(one).__name__ == "_Worker"]


def test_a_damaged_chunk_is_computed_again(tmp_path, expected):
    folder = tmp_path / "here"
    result_of(folder, SameProcess())
    (folder / "arrays.zarr" / "draw" / "c" / "1" / "0").write_bytes(b"damaged")
    assert [one.number for one in ChunkStore(folder, MANIFEST).missing()] == [1]
    assert result_of(folder, SameProcess())[0] == expected[0]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"0" * 40])
def test_a_damaged_mark_costs_its_chunk(tmp_path, expected, content):
    result_of(tmp_path / "here", SameProcess())
    (tmp_path / "here" / "done" / "1").write_bytes(content)
    assert [one.number for one in ChunkStore(tmp_path / "here", MANIFEST).missing()] == [1]
    assert result_of(tmp_path / "here", SameProcess())[0] == expected[0]


def test_damaged_arrays_are_told_before_anything_is_computed(tmp_path):
    for number, damage in enumerate(
        (
            lambda arrays: shutil.rmtree(arrays / "draw"),
            lambda arrays: (arrays / "zarr.json").write_text("[]", encoding="utf-8"),
            lambda arrays: (arrays / "draw" / "zarr.json").write_text("{", encoding="utf-8"),
        )
    ):
        folder = tmp_path / str(number)
        result_of(folder, SameProcess())
        damage(folder / "arrays.zarr")
        with pytest.raises(ExecutionError, match="is damaged and cannot be opened"):
            ChunkStore(folder, MANIFEST)


def test_marks_that_are_gone_are_computed_again(tmp_path, expected):
    result_of(tmp_path / "here", SameProcess())
    shutil.rmtree(tmp_path / "here" / "done")
    assert result_of(tmp_path / "here", SameProcess())[0] == expected[0]


@pytest.mark.skipif(sys.platform == "win32", reason="locks of POSIX")
def test_a_folder_that_another_run_writes_is_refused(tmp_path):
    holding = (
        "import fcntl, os, sys, time; lock = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT);"
        "fcntl.lockf(lock, fcntl.LOCK_EX); print('held', flush=True); time.sleep(60)"
    )
    result_of(tmp_path / "here", SameProcess())
    command = [sys.executable, "-c", holding, str(tmp_path / "here" / ".lock")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(ExecutionError, match="in use by another run"):
            ChunkStore(tmp_path / "here", MANIFEST)
        other.kill()
    assert ChunkStore(tmp_path / "here", MANIFEST).missing() == ()


def test_the_store_of_another_work_is_refused(tmp_path):
    ChunkStore(tmp_path / "here", MANIFEST)
    other = ChunkManifest("a test", {"seed": 4}, 10, 3, MANIFEST.variables)
    with pytest.raises(ExecutionError, match=r"differs in content.seed \(3, not 4\)"):
        ChunkStore(tmp_path / "here", other)
    (mine := tmp_path / "mine").mkdir()
    (mine / "notes.txt").touch()
    with pytest.raises(ExecutionError, match=r"holds 'notes.txt', which is not part of a test"):
        ChunkStore(mine, MANIFEST)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"drawn": np.zeros((3, 4))}, "did you mean 'draw'"),
        ({}, "has nothing of 'draw'"),
        ({"draw": np.zeros((3, 5))}, r"expected an array of shape \(3, 4\)"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(tmp_path, arrays, message):
    with pytest.raises(ExecutionError, match=message):
        result_of(tmp_path / "here", SameProcess(), partial(lambda _, found: found, found=arrays))


def test_a_full_disk_is_one_line(tmp_path, monkeypatch):
    store = ChunkStore(tmp_path / "here", MANIFEST)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ExecutionError, match=r"cannot be written \(No space left on device\)"):
        run_chunks(drawn(), store, SameProcess())
    monkeypatch.undo()
    assert run_chunks(drawn(), store, SameProcess()) == 4


@pytest.mark.parametrize("scheduler", ["here", "local:0", "local:", "local:two"])
def test_an_address_that_is_none_is_refused(scheduler):
    with pytest.raises(ExecutionError, match="expected an address such as"):
        DaskCluster(scheduler)


@pytest.mark.slow
def test_a_scheduler_that_is_not_there_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr("porelight.execution.dask_cluster._PATIENCE", 1)
    with pytest.raises(ExecutionError, match=r"no scheduler answers at tcp://127.0.0.1:9"):
        result_of(tmp_path / "here", DaskCluster("tcp://127.0.0.1:9"))


def test_workers_of_another_version_are_refused():
    class Client:
        def run(self, function):
            return {"tcp://a:1": function(), "tcp://b:2": {**function(), "numpy": "1.0"}}

    with pytest.raises(ExecutionError, match=r"tcp://b:2 has numpy 1.0, this process"):
        require_same_versions(Client())


def test_a_process_uses_the_threads_that_it_was_told():
    before = available_threads()
    use_threads(1)
    assert available_threads() == 1
    use_threads(None)
    assert available_threads() == before
