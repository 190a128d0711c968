import base64
import json
import warnings
import zlib

import numpy as np
import pytest

from porelight.errors import InputFileError
from porelight.files.jnii import jdata_array, read_jnii, write_jnii

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # at escapes in its source that Python will refuse one day
    import jdata

VOLUME = np.arange(24, dtype=np.float32).reshape(2, 3, 4)


def document_of(**changes):
    data = {**jdata_array(VOLUME), **changes}
    return {"NIFTIHeader": {"VoxelSize": [0.1, 0.1, 0.1]}, "NIFTIData": data}


def test_volume_survives_being_written(tmp_path):
    path = write_jnii(VOLUME, 1e-4, tmp_path / "v.jnii", name="v", description="counts")

    volume, voxel = read_jnii(path)

    np.testing.assert_array_equal(volume, VOLUME)
    np.testing.assert_allclose(voxel, 1e-4)


def test_header_says_what_the_bytes_are(tmp_path):
    path = write_jnii(VOLUME, 1e-4, tmp_path / "v.jnii", name="v", description="counts")

    document = json.loads(path.read_text())

    assert document["NIFTIHeader"]["Dim"] == [2, 3, 4]
    assert document["NIFTIHeader"]["Unit"]["L"] == "mm"
    np.testing.assert_allclose(document["NIFTIHeader"]["VoxelSize"], 0.1)
    # read by hand as the JData specification has it: zlib in base64, rows before columns
    data = document["NIFTIData"]
    raw = zlib.decompress(base64.b64decode(data["_ArrayZipData_"]))
    np.testing.assert_array_equal(
        np.frombuffer(raw, dtype="<f4").reshape(data["_ArraySize_"]), VOLUME
    )


@pytest.mark.parametrize("order", ["c", "col", "Column"])
def test_columns_before_rows_are_read_as_mcx_writes_them(tmp_path, order):
    data = VOLUME.tobytes(order="F")
    packed = base64.b64encode(zlib.compress(data)).decode()
    path = tmp_path / "v.jnii"
    path.write_text(json.dumps(document_of(_ArrayOrder_=order, _ArrayZipData_=packed)))

    np.testing.assert_array_equal(read_jnii(path)[0], VOLUME)


@pytest.mark.verification
@pytest.mark.parametrize("dtype", [np.float32, np.uint8])
def test_the_format_authors_own_reader_and_writer_agree_with_ours(tmp_path, dtype):
    volume = np.random.default_rng(1).integers(0, 200, (6, 7, 8)).astype(dtype)
    ours = write_jnii(volume, 1e-4, tmp_path / "ours.jnii", name="v", description="counts")
    theirs = tmp_path / "theirs.jnii"
    document = {"NIFTIHeader": {"VoxelSize": [0.1, 0.1, 0.1]}, "NIFTIData": volume}
    jdata.save(document, str(theirs), compression="zlib", base64=True)

    read_by_theirs = jdata.load(str(ours))["NIFTIData"]
    read_by_ours, voxel = read_jnii(theirs)

    assert read_by_theirs.dtype == dtype
    np.testing.assert_array_equal(read_by_theirs, volume)
    np.testing.assert_array_equal(read_by_ours, volume)
    np.testing.assert_allclose(voxel, 1e-4)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not valid JSON"),
        ("[" * 100_000, "within each other more than 40 deep"),
        ("{}", "not a readable JNIfTI file"),
        (json.dumps(document_of(_ArraySize_=[10**6, 10**6, 10**6])), "too large"),
        (json.dumps(document_of(_ArraySize_=[0, 3, 4])), "empty or too large"),
        (json.dumps(document_of(_ArraySize_=[2, 3, 5])), "24 values for a volume of"),
        (json.dumps(document_of(_ArraySize_=[2, 3, 1])), "7 values|not a readable"),
        (json.dumps(document_of(_ArrayType_="object")), "not a readable JNIfTI file"),
        (json.dumps(document_of(_ArrayZipType_="lzma")), "'lzma' is not zlib or gzip"),
        (json.dumps(document_of(_ArrayZipData_="AAAA")), "not a readable JNIfTI file"),
    ],
)
def test_hostile_volume_is_refused(tmp_path, text, message):
    path = tmp_path / "v.jnii"
    path.write_text(text)

    with pytest.raises(InputFileError, match=message):
        read_jnii(path)


def header_with(**changes):
    """Return a document whose header has more keys."""
    whole = document_of()
    whole["NIFTIHeader"] |= changes
    return whole


def test_scale_and_unit_of_the_header_are_heeded(tmp_path):
    path = tmp_path / "v.jnii"
    scaled = header_with(ScaleSlope=2, ScaleOffset=1, Unit={"L": "um", "T": "s"}, Name="v")
    path.write_text(json.dumps(scaled))

    volume, voxel = read_jnii(path)

    np.testing.assert_array_equal(volume, 2.0 * VOLUME + 1.0)
    np.testing.assert_allclose(voxel, 1e-7)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (header_with(Dim=[2, 3, 5]), r"Dim is \[2, 3, 5\], and the data are \[2, 3, 4\] voxels"),
        (header_with(Unit={"L": "inch"}), "Unit.L is 'inch', expected mm, um, m"),
        (header_with(Scale=2), "NIFTIHeader.Scale is no key of JNIfTI .*; did you mean 'ScaleSlop"),
        (document_of(_ArrayIsComplex_=True), "_ArrayIsComplex_ is no part of an array"),
        (document_of(_ArrayZipEndian_="big"), "_ArrayZipEndian_ is no part of an array"),
    ],
)
def test_a_key_of_a_volume_is_not_passed_over(tmp_path, document, message):
    path = tmp_path / "v.jnii"
    path.write_text(json.dumps(document))

    with pytest.raises(InputFileError, match=message):
        read_jnii(path)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (document_of(_ArrayZipData_="YWJjZGVmZ2g="), "_ArrayZipData_ cannot be unpacked"),
        (document_of(_ArrayOrder_="fortran"), "_ArrayOrder_ is 'fortran', expected row or column"),
        (
            {**document_of(), "NIFTIData": jdata_array(np.where(VOLUME > 3.0, np.inf, VOLUME))},
            "a number of the array is missing or infinite",
        ),
        (
            {**document_of(), "NIFTIHeader": {"VoxelSize": [0.1, 0.1]}},
            r"VoxelSize is \[0.1, 0.1\]; expected three",
        ),
    ],
)
def test_a_damaged_volume_gets_one_clear_line(tmp_path, document, message):
    path = tmp_path / "v.jnii"
    path.write_text(json.dumps(document))

    with pytest.raises(InputFileError, match=message):
        read_jnii(path)
