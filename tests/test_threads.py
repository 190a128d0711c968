import os
import threading

import pytest

from porelight.threads import available_threads, in_order


def test_threads_are_those_this_process_may_use():
    assert 1 <= available_threads() <= (os.cpu_count() or 1)


def test_results_come_in_the_order_of_the_items_however_long_each_takes():
    first = threading.Event()

    def compute(item: int) -> int:
        if item == 0:
            assert first.wait(20.0)  # until the other thread has done the second
        first.set()
        return item * item

    assert list(in_order(compute, range(7), 2)) == [(i, i * i) for i in range(7)]


def test_nothing_begins_once_the_caller_has_stopped():
    begun = []
    for item, _ in in_order(begun.append, range(100), 1):
        if item == 2:
            break
    assert len(begun) < 10


def test_an_error_reaches_the_caller():
    def compute(item: int) -> float:
        return 1 / item

    with pytest.raises(ZeroDivisionError):
        list(in_order(compute, [2, 1, 0, 3], 2))
