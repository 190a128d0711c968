"""Claims about the house itself: versions agree, starting is light, public names exist."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import porelight
from porelight.data.library import data_files, document, table

ROOT = Path(__file__).parents[1]
HEAVY = ("numpy", "scipy", "numba", "xarray", "cv2", "skimage", "matplotlib", "pydantic", "skfem")
HEAVY += ("sqlalchemy", "alembic", "cryptography", "psycopg", "pandas", "statsmodels", "optuna")


def modules_after(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nsys.stderr.write(' '.join(sys.modules))"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return set(run.stderr.split())


def test_versions_agree_everywhere():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    cited = re.search(r"^version: (.+)$", citation, re.MULTILINE)
    assert cited is not None
    assert project["version"] == porelight.__version__ == cited.group(1)


def test_import_loads_no_heavy_library():
    assert not modules_after("import porelight") & set(HEAVY)


def test_help_loads_no_heavy_library():
    loaded = modules_after(
        "from porelight.cli.app import app\n"
        "app(['--help'], exit_on_error=False, result_action='return_value')"
    )
    assert "cyclopts" in loaded
    assert not loaded & set(HEAVY)


def test_a_forecast_loads_no_library_that_only_others_need():
    # each would be a third of a second of every start
    loaded = modules_after(
        "import porelight.files.populations, porelight.files.outcomes, porelight.files.courses\n"
        "import porelight.files.course_states, porelight.workflows.forecast"
    )
    assert "xarray" in loaded
    others = {
        "scipy.stats",
        "matplotlib",
        "skimage",
        "cv2",
        "pydantic.v1",
        "zarr",
        "dask",
        "optuna",
    }
    assert not loaded & others


def test_tables_of_a_study_load_no_simulation():
    loaded = modules_after(
        "import porelight.store.changes, porelight.store.importing, porelight.store.work"
    )
    assert "sqlalchemy" in loaded
    assert not loaded & {"numba", "xarray", "pandas", "skimage"}


@pytest.mark.parametrize("name", porelight.__all__)
def test_every_public_name_exists(name):
    assert getattr(porelight, name) is not None


def test_what_type_checkers_see_is_what_is_there():
    # `_HOME` serves who runs, the block under TYPE_CHECKING who checks types: the same names, from
    # the same modules
    tree = ast.parse((ROOT / "src" / "porelight" / "__init__.py").read_text(encoding="utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    original = porelight._ORIGINAL
    seen = {}
    for node in block.body:
        if isinstance(node, ast.ImportFrom):
            seen |= {one.asname or one.name: (node.module, one.name) for one in node.names}
        if isinstance(node, ast.Assign):
            name, value = node.targets[0].id, node.value.id
            seen[name] = seen.pop(value)
    there = {name: (home, original.get(name, name)) for name, home in porelight._HOME.items()}
    assert seen == there


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'shrink'"):
        porelight.shrink  # noqa: B018


def test_every_number_in_a_data_file_has_unit_range_source_and_flag():
    flat = 0
    for name in data_files():
        room, file = name.split("/")
        if not file.endswith(".toml"):
            continue
        content = document(room, file.removesuffix(".toml"))
        # devices, spectra, outcomes and texts have loaders and tests of their own
        entries = [entry for entry in content.values() if isinstance(entry, dict)]
        if len(entries) == len(content) and all(
            isinstance(entry.get("value"), int | float) for entry in entries
        ):
            table(room, file.removesuffix(".toml"))  # loading checks every entry
            flat += 1
        for where, entry in numbers_in(content, name):
            assert {"source", "flag"} <= set(entry), where
    assert flat >= 22


def numbers_in(content, where):
    """Yield every table below this one that states a value."""
    for key, entry in content.items():
        if isinstance(entry, dict):
            if "value" in entry:
                yield f"{where} {key}", entry
            else:
                yield from numbers_in(entry, f"{where} {key}")
