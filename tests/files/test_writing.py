"""Files appear whole or not at all, as the user's own."""

import os

import pytest

from porelight.errors import InputFileError
from porelight.files.light_runs import LIGHT_RUN
from porelight.files.measurements import MEASUREMENT
from porelight.files.writing import (
    replacing,
    require_output,
    require_output_folder,
    write_text,
)


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
@pytest.mark.parametrize(("mask", "expected"), [(0o022, 0o644), (0o077, 0o600)])
def test_a_file_follows_the_mask_of_its_user(tmp_path, mask, expected):
    before = os.umask(mask)
    try:
        write_text(tmp_path / "a.txt", "whole")
        assert os.umask(mask) == mask
    finally:
        os.umask(before)
    assert (tmp_path / "a.txt").stat().st_mode & 0o7777 == expected


def test_what_fails_leaves_the_old_file_and_nothing_beside_it(tmp_path):
    target = tmp_path / "a.txt"
    write_text(target, "of porelight")
    with pytest.raises(UnicodeEncodeError), replacing(target) as temporary:
        temporary.write_text("half \udcff", encoding="utf-8")
    assert target.read_text(encoding="utf-8") == "of porelight"
    assert [one.name for one in tmp_path.iterdir()] == ["a.txt"]


def test_a_missing_folder_and_a_folder_in_its_place_are_told(tmp_path):
    with pytest.raises(InputFileError, match="its folder does not exist"):
        write_text(tmp_path / "none" / "a.txt", "")
    with pytest.raises(InputFileError, match="is a folder; expected the name of a file"):
        write_text(tmp_path, "")


@pytest.mark.parametrize("inside", ["", "new"])
def test_a_folder_that_cannot_be_written_to_is_refused_before_the_work(
    tmp_path, monkeypatch, inside
):
    # as the system answers of a read-only disk, to root too
    monkeypatch.setattr(os, "access", lambda _path, mode: not mode & os.W_OK)
    told = f"{tmp_path} may not be written to"
    with pytest.raises(InputFileError, match=told):
        require_output_folder(tmp_path / inside / "measured", MEASUREMENT)
    if not inside:
        with pytest.raises(InputFileError, match=told):
            require_output(tmp_path / "run.nc", LIGHT_RUN)
