"""Claims about pictures of beams as users have them."""

import numpy as np
import pytest

from porelight.errors import InputFileError, ParameterError
from porelight.files.beam_files import read_beam_image

ROWS = [[0.0, 0.0123, 0.0], [0.0123, 1.0, 0.0123], [0.0, 0.0123, 0.0]]


def picture(folder, separator, mark):
    lines = [separator.join(f"{x:.4f}".replace(".", mark) for x in row) for row in ROWS]
    path = folder / "beam.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_decimal_commas_between_semicolons_are_read(tmp_path):
    np.testing.assert_array_equal(
        read_beam_image(picture(tmp_path, ";", ","), 1e-4).irradiance, ROWS
    )


def test_decimal_commas_between_commas_are_no_picture_twice_as_wide(tmp_path):
    with pytest.raises(InputFileError, match=r"beam.csv, line 1: a number begins with a 0 before"):
        read_beam_image(picture(tmp_path, ",", ","), 1e-4)


def test_an_array_that_is_not_of_real_numbers_is_refused(tmp_path):
    np.save(tmp_path / "beam.npy", np.array(ROWS) + 1j)
    with pytest.raises(InputFileError, match="not a NumPy array of real numbers, but of complex"):
        read_beam_image(tmp_path / "beam.npy", 1e-4)


def test_a_picture_whose_sum_is_no_number_is_refused(tmp_path):
    np.save(tmp_path / "beam.npy", np.full((3, 3), 1e308))
    with pytest.raises(ParameterError, match=r"is 1e\+308 somewhere; expected at most 1e\+200"):
        read_beam_image(tmp_path / "beam.npy", 1e-4)
