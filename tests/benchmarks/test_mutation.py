"""Claims about the mutation run, on a package of a few lines."""

import contextlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from mutation_choice import equivalents, named, shares
from mutation_mutant import mutated
from mutation_operators import mutants_of
from mutation_reach import Mentions, Reach, sources_of
from mutation_worker import written

ROOT = Path(__file__).parents[2]
BENCHMARKS = ROOT / "benchmarks"


def changes(source, operator=None):
    """Return the last differing line of every mutant."""
    kept = source.splitlines()
    found = []
    for one in mutants_of(source, "room/file.py"):
        if operator in {None, one.operator}:
            lines = mutated(source, one).splitlines()
            found.append(next((new for old, new in zip(kept, lines, strict=False) if old != new)))
    return [line.strip() for line in found]


@pytest.mark.parametrize(
    ("line", "operator", "expected"),
    [
        ("x = a < b <= c", "comparison", ["x = a <= b <= c", "x = a < b < c"]),
        ("x = a not in b", "comparison", ["x = a in b"]),
        ("x = (a + b) * c", "arithmetic", ["x = (a + b) / c", "x = (a - b) * c"]),
        ("x = a / (b + c)  # s", "arithmetic", ["x = a * (b + c)  # s", "x = a / (b - c)  # s"]),
        ("x = f'{a / b:.1f} mm'", "arithmetic", ["x = f'{a * b:.1f} mm'"]),
        ("x = a and b", "and-or", ["x = a or b"]),
        ("x = a or b and c", "and-or", ["x = a and (b and c)", "x = a or (b or c)"]),
        ("x = 0.5", "constant", ["x = 5.0", "x = 1.5"]),
        ("x = 0", "constant", ["x = 1"]),
        ("x = True", "constant", ["x = False"]),
        ("x = not a", "sign", ["x = a"]),
        ("x = -a", "sign", ["x = a"]),
        ("x = a if b else c", "condition", ["x = a if not b else c"]),
        ("x = [a for a in b if c]", "condition", ["x = [a for a in b if not c]"]),
        ("x = {'a': b}", "text", ["x = {'a_mutant': b}"]),
        ("x = y['a']", "text", ["x = y['a_mutant']"]),
        ("x = y.get('a')", "text", ["x = y.get('a_mutant')"]),
        ("x = y in ('a', b)", "text", ["x = y in ('a_mutant', b)"]),
        ("x = y == 'a'", "text", ["x = y == 'a_mutant'"]),
        ("x = (a, b)", "item", ["x = (b,)", "x = (a,)"]),
        ("x = {a: b, c: d}", "item", ["x = {c: d}", "x = {a: b}"]),
        ("x = f(a, b=c, d=e)", "keyword", ["x = f(a, d=e)", "x = f(a, b=c)"]),
        ("x = max(a, b)", "min-max", ["x = min(a, b)"]),
        ("x = a.any()", "min-max", ["x = a.all()"]),
        ("def f(a=1, *, b='c'): return a", "default", [
            "def f(a=10, *, b='c'): return a",
            "def f(a=1, *, b='c_mutant'): return a",
        ]),
    ],
)  # fmt: skip
def test_a_fault_of_each_kind_is_one_readable_change(line, operator, expected):
    assert sorted(changes(line, operator)) == sorted(expected)


def test_a_statement_goes_if_no_name_goes_with_it():
    source = (
        "def f(a):\n    if a:\n        raise ValueError('no')\n    a.sort()\n"
        "    b = 1\n    b += a\n    a.c = b\n    return b\n"
    )
    assert changes(source, "statement") == ["pass"] * 4


@pytest.mark.parametrize(
    "source",
    [
        '"""Text."""',
        "def f(a: 'int' = b) -> dict[str, 'int']:\n    '''Text.'''\n    return a",
        "__all__ = ['a', 'b']",
        "if TYPE_CHECKING:\n    x = 1",
        "Goal = Literal['a', 'b']",
        "Pair: TypeAlias = tuple[int, 'float']",
        "@dataclass(frozen=True)\nclass A:\n    b: dict[str, 'int']",
        "raise ValueError(f'{a / 2} is too much')",
        "x = cast('int', a)",
        "a, b = c, d",
        "x = zip(a, b, strict=True)",
    ],
)
def test_what_is_no_code_is_left_alone(source):
    assert [one for one in changes(source) if one != "pass"] == []


def test_numbers_inside_an_annotation_are_code():
    assert changes("Area: TypeAlias = Annotated[float, Field(gt=2)]", "constant") == [
        "Area: TypeAlias = Annotated[float, Field(gt=20)]",
        "Area: TypeAlias = Annotated[float, Field(gt=3)]",
    ]


def test_a_definition_is_mentioned_by_way_of_others():
    sources = {
        "one/a.py": "LIMIT = 3\nSpan = f(LIMIT)\n",
        "one/b.py": (
            "from porelight.one.a import Span as S\n"
            "def near(x):\n    return S(x)\n"
            "def far(x):\n    return x\n"
        ),
        "one/c.py": "from porelight.one import a\ndef use():\n    return a.LIMIT\n",
    }
    mentions = Mentions(sources)
    assert mentions.of("one/a.py", ["LIMIT"], set()) == {"one/b.py:3:4", "one/c.py:3:4"}
    assert mentions.of("one/a.py", ["Span"], set()) == {"one/b.py:3:4"}


def test_a_name_that_is_handed_on_is_followed_and_tests_that_import_it_are_known():
    sources = {
        "one/a.py": "LIMIT = 3\n",
        "one/b.py": "from porelight.one.a import LIMIT\n",
        "one/c.py": "from porelight.one.b import LIMIT\ndef use():\n    return LIMIT\n",
    }
    mentions = Mentions(sources)
    assert mentions.of("one/a.py", ["LIMIT"], set()) == {"one/c.py:3:4"}
    tests = {
        "tests/one/test_b.py": "from porelight.one.b import LIMIT\n",
        "tests/one/test_c.py": "from porelight.one.c import use\n",
    }
    assert mentions.test_files("one/a.py", ["LIMIT"], tests) == {"tests/one/test_b.py"}


def test_what_a_function_made_at_import_is_mentioned_for_the_function():
    sources = {
        "one/a.py": (
            "LIMIT = 3\ndef bound(x):\n    return x + LIMIT\n"
            "AREA = bound(2)\ndef use():\n    return AREA\n"
        )
    }
    mentions = Mentions(sources)
    assert mentions.of("one/a.py", ["LIMIT"], set()) == {"one/a.py:3:4"}
    assert mentions.of("one/a.py", ["LIMIT"], {"one/a.py:3:4"}) == {"one/a.py:3:4", "one/a.py:6:4"}


def measured(**outcomes):
    """Return what a worker tells of tests that take 1, 2, ... seconds and run one statement."""
    tests = [
        {"name": name, "seconds": i, "outcome": outcome, "own": [0], "shared": []}
        for i, (name, outcome) in enumerate(outcomes.items(), start=1)
    ]
    return {"file": "f.py", "tests": tests, "at_import": [], "places": ["here"]}


def test_only_tests_that_pass_can_kill_the_quickest_first():
    reach = Reach()
    reach.add(measured(slow="failed", middle="passed", other="skipped", last="passed"))
    (trial,) = reach.trials({"here"})
    assert (trial.names, trial.seconds, trial.whole) == (("middle", "last"), 6.0, 10.0)
    reach.distrust("middle")
    assert reach.trials({"here"})[0].names == ("last",)
    assert reach.trials({"elsewhere"}) == []
    file = reach.tests[0].file
    assert reach.trials({"elsewhere"}, files={file})[0].file == file


def test_tests_that_share_what_can_change_are_tried_after_those_that_run_the_statement():
    reach, found = Reach(), measured(first="passed", second="passed")
    found["tests"][0] |= {"own": [], "shared": [0]}
    reach.add(found)
    assert reach.trials({"here"})[0].names == ("second", "first")


def test_a_mutant_leaves_its_file_as_it_was_and_never_shares_its_bytecode(tmp_path):
    path = tmp_path / "a.py"
    path.write_text("x = 1\n", encoding="utf-8")
    before = path.stat().st_mtime_ns
    with contextlib.suppress(ValueError), written(path, "x = 2\n"):
        assert path.read_text(encoding="utf-8") == "x = 2\n"
        # bytecode notices whole seconds
        assert abs(path.stat().st_mtime_ns - before) > 10**9
        raise ValueError("what goes wrong inside")
    assert path.read_text(encoding="utf-8") == "x = 1\n"
    assert path.stat().st_mtime_ns == before


def test_every_module_gets_a_mutant_and_the_rest_follow_the_size():
    assert shares({"a.py": 700, "b.py": 200, "c.py": 100}, 13) == {"a.py": 8, "b.py": 3, "c.py": 2}
    assert shares({"a.py": 700, "b.py": 200, "c.py": 100}, 1) == {"a.py": 1, "b.py": 1, "c.py": 1}


def test_a_fault_found_by_hand_whose_text_is_gone_stops_the_run(tmp_path):
    listed = tmp_path / "named.toml"
    listed.write_text('[[mutant]]\nname = "old"\nbefore = "a + b"\nafter = "a"\n')
    (fault,) = named(listed, {"room/a.py": "def f(a, b):\n    return a + b\n"})
    assert (fault.line, fault.place) == (2, "room/a.py:2:4")
    for source, times in (("x = 1", 0), ("x = a + b\ny = a + b", 2)):
        with pytest.raises(SystemExit, match=f"'old' occurs {times} times"):
            named(listed, {"room/a.py": source})


def test_an_equivalent_mutant_that_fits_nothing_stops_the_run(tmp_path):
    listed = tmp_path / "equivalent.toml"
    text = '[[mutant]]\nfile = "a.py"\nbefore = "x = a < b"\nafter = "x = a <= b"\nreason = "%s"\n'
    listed.write_text(text % "never equal")
    assert equivalents(listed, {"a.py": "x = a < b"}) == {("a.py", "- x = a < b\n+ x = a <= b")}
    with pytest.raises(SystemExit, match=r"no mutant of a.py is"):
        equivalents(listed, {"a.py": "x = a < c"})
    listed.write_text(text % "")
    with pytest.raises(SystemExit, match="no reason"):
        equivalents(listed, {"a.py": "x = a < b"})


def test_every_fault_found_by_hand_is_still_in_the_package():
    assert len(named(BENCHMARKS / "mutation_named.toml", sources_of(ROOT))) >= 9


PACKAGE = {
    "pyproject.toml": (
        '[tool.pytest.ini_options]\naddopts = ["--import-mode=importlib", "--doctest-modules"]\n'
    ),
    "benchmarks/mutation_named.toml": (
        '[[mutant]]\nname = "tripled"\nbefore = "total * 2"\nafter = "total * 3"\n'
    ),
    "benchmarks/mutation_equivalent.toml": "",
    "src/porelight/__init__.py": "",
    "src/porelight/course/__init__.py": "",
    "src/porelight/course/count.py": (
        "from porelight.course.limit import MOST\n"
        "def doubled(n):\n"
        "    total = 0\n"
        "    while n > 0:\n"
        "        n -= 1\n"
        "        total += 1\n"
        "    return total * 2\n"
        "def bounded(n):\n"
        "    return min(n, MOST)\n"
        "def unseen(n):\n"
        "    return n - 1\n"
    ),
    "src/porelight/course/limit.py": "MOST = 5\n",
    "tests/course/test_count.py": (
        "from porelight.course.count import bounded, doubled\n"
        "def test_doubled():\n    assert doubled(3) == 6\n"
        "def test_bounded():\n    assert bounded(2) == 2\n"
        "def test_broken():\n    assert doubled(1) == 3\n"
    ),
}


@pytest.mark.slow
def test_a_run_tells_killed_endless_surviving_and_unreached_mutants_apart(tmp_path):
    for name, text in PACKAGE.items():
        path = tmp_path / "checkout" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    result = tmp_path / "results.json"
    arguments = ["--rooms", "course", "--mutants", "40", "--jobs", "1", "--slack", "1"]
    run = subprocess.run(
        [
            *(sys.executable, str(BENCHMARKS / "mutation.py"), *arguments, "--warm-up"),
            *("--root", str(tmp_path / "checkout"), "--cache", str(tmp_path / "cache")),
            *("--json", str(result)),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert run.returncode == 1, run.stderr
    rows = json.loads(result.read_text(encoding="utf-8"))
    became = {one["fault"]["difference"].partition("\n+ ")[2]: one["status"] for one in rows}
    assert became["return total * 3"] == "killed"
    assert became["return total / 2"] == "killed"
    assert became["n += 1"] == "timeout"
    # no test goes beyond the limit, which is in another file than the test's functions
    assert became["MOST = 50"] == "survived"
    assert became["return n + 1"] == "unreached"
    # a test that fails without a mutant kills none
    assert "1 tests fail without a mutant" in run.stdout
    assert not any("test_broken" in one["killer"] for one in rows)
    for name, text in PACKAGE.items():
        assert (tmp_path / "checkout" / name).read_text(encoding="utf-8") == text
