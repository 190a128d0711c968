from dataclasses import dataclass
from typing import Literal

import pytest

from porelight.data.dataclass_table import from_table
from porelight.errors import DataFileError, ParameterError


@dataclass(frozen=True, slots=True)
class Inner:
    """Part of a table."""

    size: float
    words: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0.0:
            raise ParameterError(f"size is {self.size:g}; expected 0 or more.")


@dataclass(frozen=True, slots=True)
class Outer:
    """A table."""

    name: str
    kind: Literal["a", "b"] = "a"
    is_there: bool = False
    one: Inner = Inner(1.0)
    more: tuple[Inner, ...] = ()


def test_a_table_becomes_its_dataclass_with_what_is_left_out_by_default():
    entry = {
        "name": "n",
        "kind": "b",
        "one": {"size": 2, "words": ["x", "y"]},
        "more": [{"size": 0.5}, {"size": 3}],
    }
    made = from_table(Outer, entry, "f.toml, n")
    assert made == Outer("n", "b", one=Inner(2.0, ("x", "y")), more=(Inner(0.5), Inner(3.0)))
    assert type(made.one.size) is float


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (3, "f.toml, n is 3; expected a table"),
        ({}, "f.toml, n: lacks 'name'"),
        ({"nam": "n"}, "f.toml, n: unknown field 'nam'; did you mean 'name'"),
        ({"name": 3}, "f.toml, n, name is 3; expected a str"),
        ({"name": "n", "kind": 1}, "f.toml, n, kind is 1; expected a str"),
        ({"name": "n", "is_there": 1}, "f.toml, n, is_there is 1; expected a bool"),
        ({"name": "n", "one": 1.0}, "f.toml, n, one is 1.0; expected a table"),
        ({"name": "n", "one": {"size": True}}, "f.toml, n, one, size is True; expected a float"),
        ({"name": "n", "one": {"size": -1.0}}, "f.toml, n, one: size is -1; expected 0 or more"),
        ({"name": "n", "more": {"size": 1.0}}, "expected a list"),
        ({"name": "n", "more": [{}]}, "f.toml, n, more: lacks 'size'"),
        ({"name": "n", "one": {"size": 1.0, "words": [1]}}, "one, words is 1; expected a str"),
    ],
)
def test_a_mistake_is_one_line_that_says_where(entry, message):
    with pytest.raises(DataFileError) as raised:
        from_table(Outer, entry, "f.toml, n")
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)
