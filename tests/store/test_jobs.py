"""Claims about jobs: each is done once, whoever dies, is frozen or comes back meanwhile."""

# ruff: noqa: D102  the names of rules are claims

import itertools
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from porelight.store.jobs import MOST_TRIES, JobQueue, JobRequest, LeaseLostError, ask_for

LEASE = 10.0
KIND = "measure"


class Watch:
    """A stopwatch that tests move."""

    def __init__(self):
        self.seconds = 0.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def queue(store, watch):
    return JobQueue(store, lease=LEASE, stopwatch=watch)


@pytest.fixture
def ask(store):
    def asked(*keys, kind=KIND):
        with store.writing() as transaction:
            return ask_for(transaction, [JobRequest(kind, key, {"of": key}) for key in keys])

    return asked


def finish(store, queue, job):
    with store.writing() as transaction:
        queue.finish(transaction, job)


def states(queue, kind=KIND):
    return {row.key: row.state for row in queue.rows(kind)}


def test_a_job_is_taken_once_and_done(store, queue, ask):
    assert ask("a", "b") == 2
    first, second = queue.take([KIND], "w"), queue.take([KIND], "v")
    assert [first.payload["of"], second.payload["of"]] == ["a", "b"]
    assert queue.take([KIND], "w") is None
    queue.beat(first, 0.5)
    assert queue.row(first.id).progress == 0.5
    finish(store, queue, first)
    queue.fail(second, "the disk is full")
    assert states(queue) == {"a": "done", "b": "failed"}
    assert queue.row(second.id).reason == "the disk is full"


def test_what_is_done_or_under_way_is_not_asked_for_again_but_what_failed_is(store, queue, ask):
    ask("done", "failed", "running", "cancelled")
    jobs = {job.payload["of"]: job for job in (queue.take([KIND], "w") for _ in range(3))}
    finish(store, queue, jobs["done"])
    queue.fail(jobs["failed"], "no")
    queue.cancel(max(row.id for row in queue.rows(KIND)))
    assert ask("done", "failed", "running", "cancelled") == 2
    assert states(queue) == {
        "done": "done", "failed": "waiting", "running": "running", "cancelled": "waiting"
    }  # fmt: skip


def test_a_worker_takes_only_what_it_can_do(queue, ask):
    ask("a", kind="compare")
    assert queue.take([KIND], "w") is None
    assert queue.take([KIND, "compare"], "w").kind == "compare"


def test_a_silent_worker_loses_its_job_after_a_whole_lease_and_its_result_goes_nowhere(
    store, queue, ask, watch
):
    ask("a")
    frozen = queue.take([KIND], "frozen")
    assert queue.take([KIND], "other") is None  # sees it for the first time
    watch.seconds += 0.99 * LEASE
    assert queue.take([KIND], "other") is None
    watch.seconds += 0.01 * LEASE
    other = queue.take([KIND], "other")
    assert other.id == frozen.id
    for late in (
        lambda: queue.beat(frozen, 0.5),
        lambda: finish(store, queue, frozen),
        lambda: queue.fail(frozen, "late"),
        lambda: queue.give_back(frozen),
    ):
        with pytest.raises(LeaseLostError):
            late()
    finish(store, queue, other)
    assert states(queue) == {"a": "done"}


def test_a_worker_that_is_heard_keeps_its_job_however_long_it_takes(queue, ask, watch):
    ask("a")
    job = queue.take([KIND], "slow")
    for _ in range(5):
        assert queue.take([KIND], "other") is None
        watch.seconds += 0.9 * LEASE
        queue.beat(job, 0.1)


def test_clocks_that_step_change_nothing(store, queue, ask, monkeypatch):
    # neither the clock of the computer nor that of the database is ever looked at
    ask("a")
    job = queue.take([KIND], "w")
    monkeypatch.setattr("porelight.store.log.datetime", None)
    monkeypatch.setattr("time.time", lambda: -1e9)
    assert queue.take([KIND], "other") is None
    queue.beat(job, 0.5)
    assert queue.take([KIND], "other") is None


def test_a_job_over_which_workers_die_fails_with_that_reason(queue, ask, watch):
    ask("a")
    for _ in range(MOST_TRIES):
        assert queue.take([KIND], "w") is not None
        queue.take([KIND], "watcher")
        watch.seconds += LEASE
    assert queue.take([KIND], "w") is None
    (row,) = queue.rows(KIND)
    assert (row.state, row.reason) == (
        "failed",
        "3 workers died over it, perhaps for want of memory",
    )


def test_a_worker_known_to_be_dead_is_not_waited_for(queue, ask):
    ask("a", "b")
    queue.take([KIND], "dead")
    living = queue.take([KIND], "living")
    queue.abandon("dead")
    assert states(queue) == {"a": "waiting", "b": "running"}
    queue.beat(living, 0.1)


def test_what_is_given_back_does_not_count_as_a_death(queue, ask):
    ask("a")
    for _ in range(MOST_TRIES + 1):
        queue.give_back(queue.take([KIND], "w"))
    assert states(queue) == {"a": "waiting"}


def test_a_running_job_that_is_cancelled_keeps_no_result(store, queue, ask):
    ask("a", "b")
    job = queue.take([KIND], "w")
    assert queue.cancel(job.id)
    with pytest.raises(LeaseLostError):
        queue.beat(job, 0.5)
    with pytest.raises(LeaseLostError):
        finish(store, queue, job)
    queue.fail(job, "stopped")
    assert queue.cancel(queue.rows(KIND)[1].id)
    assert states(queue) == {"a": "cancelled", "b": "cancelled"}
    assert not queue.cancel(job.id)


def test_a_result_is_kept_with_its_job_or_not_at_all(store, queue, ask, watch):
    ask("a")
    frozen = queue.take([KIND], "frozen")
    queue.abandon("frozen")

    def keep_late():
        with store.writing() as transaction:
            transaction.note("read", 1, "what would be the result")
            queue.finish(transaction, frozen)

    with pytest.raises(LeaseLostError):
        keep_late()
    with store.database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM log").scalar() == 1


def test_workers_at_once_take_each_job_once(store, ask):
    keys = [f"k{i}" for i in range(24)]
    ask(*keys)

    def work(name):
        queue, done = JobQueue(store), []
        while job := queue.take([KIND], name):
            finish(store, queue, job)
            done.append(job.payload["of"])
        return done

    with ThreadPoolExecutor(4) as pool:
        done = list(itertools.chain(*pool.map(work, "abcd")))
    assert sorted(done) == sorted(keys)


class Workers(RuleBasedStateMachine):
    """Two workers with stopwatches of their own, who die and come back as they like."""

    store = None
    runs = itertools.count()

    def __init__(self):
        super().__init__()
        self.kind = f"kind {next(self.runs)} {random.getrandbits(32)}"
        self.watches = [Watch(), Watch()]
        self.queues = [JobQueue(self.store, lease=LEASE, stopwatch=one) for one in self.watches]
        self.state: dict[str, str] = {}
        self.owner: dict[str, object] = {}
        self.heard: dict[str, tuple[float, float]] = {}  # by each stopwatch
        self.unwanted: set[str] = set()
        self.results: list[str] = []
        self.held: list[object] = []

    def times(self):
        return tuple(watch.seconds for watch in self.watches)

    @rule(key=st.sampled_from("abc"))
    def ask(self, key):
        with self.store.writing() as transaction:
            n = ask_for(transaction, [JobRequest(self.kind, f"{self.kind} {key}", {"of": key})])
        is_new = self.state.get(key, "failed") in ("failed", "cancelled")
        assert n == is_new
        if is_new:
            self.state[key] = "waiting"
            self.unwanted.discard(key)

    @rule(which=st.integers(0, 1))
    def take(self, which):
        job = self.queues[which].take([self.kind], f"w{which}")
        now = self.database_states()
        for key, state in self.state.items():
            taken = job is not None and job.payload["of"] == key
            if state == "running" and (now[key] != "running" or taken):
                # freed: only if this worker has heard nothing for a lease
                assert self.times()[which] - self.heard[key][which] >= LEASE
                self.owner[key] = None
                allowed = (
                    {"cancelled"} if key in self.unwanted else {"waiting", "running", "failed"}
                )
                assert now[key] in allowed
            elif taken:
                assert state == "waiting"
            else:
                assert now[key] == state
        self.state = now
        if job is not None:
            key = job.payload["of"]
            assert self.state[key] == "running"
            self.owner[key], self.heard[key] = job, self.times()
            self.held.append(job)

    @rule(data=st.data(), what=st.sampled_from(["beat", "finish", "fail", "give_back"]))
    def tell(self, data, what):
        if not self.held:
            return
        job = data.draw(st.sampled_from(self.held))
        key = job.payload["of"]
        is_its = self.owner.get(key) is job and self.state[key] == "running"
        may = is_its and (what in ("fail", "give_back") or key not in self.unwanted)
        queue = data.draw(st.sampled_from(self.queues))
        try:
            if what == "beat":
                queue.beat(job, 0.5)
            elif what == "finish":
                finish(self.store, queue, job)
            elif what == "fail":
                queue.fail(job, "it did")
            else:
                queue.give_back(job)
        except LeaseLostError:
            assert not may
            return
        assert may
        if what == "beat":
            self.heard[key] = self.times()
            return
        after = {"finish": "done", "fail": "failed", "give_back": "waiting"}[what]
        self.state[key] = "cancelled" if key in self.unwanted else after
        self.owner[key] = None
        self.results += [key] if what == "finish" else []

    @rule(key=st.sampled_from("abc"))
    def cancel(self, key):
        row = next((r for r in self.queues[0].rows(self.kind) if r.key.endswith(f" {key}")), None)
        if row is None:
            return
        could = self.queues[0].cancel(row.id)
        assert could == (self.state[key] in ("waiting", "running"))
        if could:
            self.unwanted.add(key)
            if self.state[key] == "waiting":
                self.state[key] = "cancelled"

    @rule(which=st.integers(0, 1), seconds=st.sampled_from([1.0, 6.0, LEASE]))
    def time_passes(self, which, seconds):
        self.watches[which].seconds += seconds

    @invariant()
    def nothing_is_done_twice_and_the_database_says_what_is_so(self):
        assert len(set(self.results)) == len(self.results)
        assert self.database_states() == self.state

    def database_states(self):
        rows = self.queues[0].rows(self.kind)
        return {row.key.rsplit(" ", 1)[1]: row.state for row in rows}


@pytest.mark.slow
def test_whatever_two_workers_do_nothing_is_done_twice(store):
    run_state_machine_as_test(
        type("WorkersOfThisStore", (Workers,), {"store": store}),
        settings=settings(
            max_examples=15, stateful_step_count=25, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
