"""What workers can do: each kind of job under its name.

A kind is a function of the store, the job's payload and a callable that is told the share that is
done. It computes outside of any transaction and returns how its result is kept; that is done in the
transaction which marks the job as done. A new kind is a function here and whoever asks for it. What
it needs is loaded with the first job of its kind.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from porelight.progress import Progress
from porelight.store.store import Store, Transaction

MEASURE, COMPARE = "measure", "compare"

Keep: TypeAlias = Callable[[Transaction], object]
JobKind: TypeAlias = Callable[[Store, Mapping[str, Any], Progress], Keep]


def _measure(store: Store, payload: Mapping[str, Any], progress: Progress) -> Keep:
    from porelight.store.measuring import measured_photograph  # noqa: PLC0415

    return measured_photograph(store, payload, progress)


def _compare(store: Store, payload: Mapping[str, Any], progress: Progress) -> Keep:
    from porelight.store.comparing import compared_photographs  # noqa: PLC0415

    return compared_photographs(store, payload, progress)


JOB_KINDS: Mapping[str, JobKind] = MappingProxyType({MEASURE: _measure, COMPARE: _compare})
