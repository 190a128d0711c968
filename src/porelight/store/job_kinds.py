"""What workers can do: each kind of job under its name.

A kind is a function of the store, the job's payload and a callable that is told the share that is
done. It computes outside of any transaction and returns how its result is kept; that is done in the
transaction which marks the job as done. A new kind is a function here and whoever asks for it.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from porelight.progress import Progress
from porelight.store.comparing import KIND as COMPARE
from porelight.store.comparing import compared_photographs
from porelight.store.measuring import KIND as MEASURE
from porelight.store.measuring import measured_photograph
from porelight.store.store import Store, Transaction

Keep: TypeAlias = Callable[[Transaction], object]
JobKind: TypeAlias = Callable[[Store, Mapping[str, Any], Progress], Keep]

JOB_KINDS: Mapping[str, JobKind] = MappingProxyType(
    {MEASURE: measured_photograph, COMPARE: compared_photographs}
)
