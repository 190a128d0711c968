"""Files appear whole or not at all, as the user's own."""

import os

import pytest

from porelight.errors import InputFileError
from porelight.files.writing import replacing, write_text


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
