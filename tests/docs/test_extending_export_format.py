"""The page about an export format of one's own holds, from outside the package and in a copy."""

import pytest

from porelight.files.exports import FORMATS

PAGE = "docs/extending/export_format.md"


@pytest.mark.slow
def test_the_page_runs_and_two_files_of_the_package_give_the_command(
    page, tmp_path, package, in_copy
):
    names = page(PAGE).run(tmp_path)
    written = (tmp_path / "change.tex").read_text("utf-8")
    assert names["outcome"].change("pore area").median < 0.0
    assert (tmp_path / "run.csv").stat().st_size > 100_000

    files = page(PAGE).files()
    for name, text in files.items():
        (package / "files" / name).write_text(text, encoding="utf-8")
    touched = [*files, *page(PAGE).change(package)]
    assert touched == ["latex_table.py", "files/exports.py"]
    target = tmp_path / "inside.tex"
    run = tmp_path / "run.nc"
    said = in_copy("-m", "porelight", "export", str(run), "-o", str(target))
    assert said == f"written: {target}\n"
    assert target.read_text("utf-8") == written
    assert ".tex (a table)" in in_copy("-m", "porelight", "export", "--help")
    assert ".tex" not in {one.ending for one in FORMATS}
