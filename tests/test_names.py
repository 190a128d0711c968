"""Claims about names and texts: one meaning for a name, and descriptions that name a thing."""

import ast
import re
from collections import defaultdict
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

import porelight

PACKAGE = Path(porelight.__file__).parent
REPOSITORY = PACKAGE.parents[1]
SOURCES = sorted(PACKAGE.rglob("*.py"))
# decisions tell of what was there once
PAGES = sorted(
    page
    for page in [*(REPOSITORY / "docs").rglob("*.md"), *REPOSITORY.glob("*.md")]
    if "decisions" not in page.parts
)
ROOMS = sorted(path.parent for path in PACKAGE.glob("*/__init__.py"))
MOST_LINES = 400  # of a file
FEWEST_WORDS = 20  # of a room's docstring: what it does and what it may know
RIDDLES = re.compile(
    r"\bWhose\.|\bTold the\b|\bWhose skin\b|^(?:Which|What it is|How many|When|Where|Where to)\.$",
    re.MULTILINE,
)
# a parameter that is described by its unit alone, or by "Of the beam", "Of what"
EMPTY = re.compile(r"^(?:Of\b|\[[^\]]+\]\.?$)")
DATA_FILE = re.compile(r"`{1,2}((?:[\w-]+/)*data/[\w/-]+\.(?:toml|csv|onnx))`{1,2}")
MODULE = re.compile(r"`{1,2}(?::mod:)?(porelight(?:\.\w+)+)`{1,2}")


def called(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def docstrings(path: Path) -> list[tuple[int, str]]:
    """Line and text of every docstring of a file."""
    found = []
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            text = ast.get_docstring(node)
            if text:
                found.append((node.body[0].lineno, text))
    return found


def descriptions(docstring: str) -> list[str]:
    """First line of what is said of each parameter, attribute and returned value."""
    lines = docstring.split("\n")
    return [
        after.strip()
        for line, after in pairwise(lines)
        if re.match(r"\S.* : \S", line) and after.startswith("    ")
    ]


def public_classes() -> dict[str, list[str]]:
    homes = defaultdict(list)
    for path in SOURCES:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].append(called(path))
    return homes


def test_no_class_name_is_used_for_two_things():
    assert {name: homes for name, homes in public_classes().items() if len(homes) > 1} == {}


def test_no_type_has_the_name_of_a_class():
    classes = public_classes()
    twice = []
    for path in SOURCES:
        # types of the command line's options are named for the reader of its help
        if path.parent.name == "cli":
            continue
        for node in tree_of(path).body:
            target = node.target if isinstance(node, ast.AnnAssign) else None
            if isinstance(node, ast.Assign) and len(node.targets) == 1:
                target = node.targets[0]
            if isinstance(target, ast.Name) and target.id in classes:
                twice.append((called(path), target.id))
    assert twice == []


def test_no_docstring_is_a_riddle():
    riddles = [
        (called(path), line, *RIDDLES.findall(text))
        for path in SOURCES
        for line, text in docstrings(path)
        if RIDDLES.search(text)
    ]
    assert riddles == []


def test_every_description_names_what_it_describes():
    empty = [
        (called(path), line, said)
        for path in SOURCES
        for line, text in docstrings(path)
        for said in descriptions(text)
        if EMPTY.match(said)
    ]
    assert empty == []


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_every_room_says_what_it_does(room):
    said = ast.get_docstring(tree_of(room / "__init__.py"))
    assert said is not None
    assert len(said.split()) >= FEWEST_WORDS


def test_no_folder_is_a_drawer():
    drawers = {"utils", "util", "common", "helpers", "core", "base", "misc", "tools"}
    assert [called(path) for path in PACKAGE.rglob("*") if path.stem in drawers] == []


def test_no_file_is_longer_than_one_idea():
    lengths = {called(path): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert {path: length for path, length in lengths.items() if length > MOST_LINES} == {}


def is_there(name: str) -> bool:
    """Whether a dotted name is a module of the package, or is defined in one."""
    parts = name.split(".")[1:]
    for depth in range(len(parts), 0, -1):
        stem = PACKAGE.joinpath(*parts[:depth])
        files = [stem.with_suffix(".py"), stem / "__init__.py"]
        module = next((file for file in files if file.exists()), None)
        if module is not None:
            rest = parts[depth:]
            return not rest or re.search(rf"\b{rest[0]}\b", module.read_text("utf-8")) is not None
    return parts[0] in porelight.__all__


def test_what_a_text_points_to_is_there():
    lost = []
    for path in [*SOURCES, *PAGES]:
        text = path.read_text(encoding="utf-8")
        files = [
            name
            for name in DATA_FILE.findall(text)
            if not any((root / name).exists() for root in (PACKAGE, PACKAGE.parent, REPOSITORY))
        ]
        modules = [name for name in MODULE.findall(text) if not is_there(name)]
        lost += [(str(path.relative_to(REPOSITORY)), name) for name in [*files, *modules]]
    assert lost == []
