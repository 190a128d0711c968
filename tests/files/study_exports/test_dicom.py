"""Claims about DICOM files of a study, read back by pydicom and by highdicom's reader."""

import io
from dataclasses import replace

import highdicom as hd
import numpy as np
import pydicom
import pytest
from PIL import Image, ImageCms
from pydicom.sr.codedict import codes

from porelight.errors import InputFileError
from porelight.files.study_exports.dicom_folder import write_dicom
from porelight.files.study_exports.folders import LIST
from porelight.files.study_exports.quantities import MEASURED

VL_PHOTOGRAPHIC = "1.2.840.10008.5.1.4.1.1.77.1.4"
COMPREHENSIVE_SR = "1.2.840.10008.5.1.4.1.1.88.33"


@pytest.fixture(scope="module")
def exported(make_content, tmp_path_factory):
    content = make_content()
    return content, write_dicom(content, tmp_path_factory.mktemp("dicom") / "out")


def read(folder):
    return {path: pydicom.dcmread(path) for path in sorted(folder.rglob("*.dcm"))}


def images(folder):
    found = [one for one in read(folder).values() if one.Modality == "XC"]
    return {int(one.InstanceNumber): one for one in found}


def test_photographs_are_upright_pixel_by_pixel(exported, photograph_file):
    content, folder = exported
    found = images(folder)
    assert set(found) == {one.number for one in content.photographs}
    for number, one in found.items():
        turned = Image.open(io.BytesIO(photograph_file(number)))
        upright = np.asarray(turned.transpose(Image.Transpose.ROTATE_270))
        assert (one.Rows, one.Columns) == upright.shape[:2] == (24, 40)
        np.testing.assert_array_equal(one.pixel_array, upright)


def test_they_are_of_the_class_of_photographs_with_the_scale_of_the_skin(exported):
    content, folder = exported
    found = images(folder)
    for one in content.photographs:
        made = found[one.number]
        assert made.SOPClassUID == made.file_meta.MediaStorageSOPClassUID == VL_PHOTOGRAPHIC
        assert (made.PatientID, str(made.PatientName)) == (one.subject, f"{one.subject}^")
        assert [float(side) for side in made.PixelSpacing] == [0.08, 0.08]
        assert made.PhotometricInterpretation == "RGB"
        assert made.LossyImageCompression == "01"
        assert made.LossyImageCompressionMethod == "ISO_10918_1"
        assert made.ClinicalTrialTimePointID == one.visit.name
        assert made.StudyDate == one.visit.date.replace("-", "")
    known, taken = found[1], found[2]
    assert known.PixelSpacingCalibrationType == "GEOMETRY"
    assert "standard deviation 1 %" in known.PixelSpacingCalibrationDescription
    assert (known.ImageLaterality, taken.ImageLaterality) == ("L", "U")
    site = known.AnatomicRegionSequence[0]
    assert (site.CodeValue, site.CodingSchemeDesignator) == ("36141000", "SCT")
    assert (site.CodeValue, site.CodeMeaning) == (
        codes.SCT.SkinOfCheek.value,
        codes.SCT.SkinOfCheek.meaning,
    )


def test_nothing_of_the_cameras_metadata_is_in_any_file(exported, camera):
    _, folder = exported
    for path in folder.rglob("*"):
        assert not path.is_file() or camera.encode() not in path.read_bytes()
    for one in images(folder).values():
        assert not any(element.tag.is_private for element in one.iterall())
        assert one.PatientIdentityRemoved == "YES"
        assert one.PatientBirthDate == ""
        profile = ImageCms.ImageCmsProfile(io.BytesIO(one.ICCProfile)).profile
        assert (profile.device_class, profile.xcolor_space.strip()) == ("scnr", "RGB")


def test_a_report_holds_every_number_with_its_unit_and_interval(exported):
    content, folder = exported
    n = 0
    sources = {one.SOPInstanceUID: number for number, one in images(folder).items()}
    for path in sorted(folder.rglob("measurements.dcm")):
        report = hd.sr.srread(path)
        assert report.SOPClassUID == COMPREHENSIVE_SR
        groups = report.content.get_image_measurement_groups()
        assert groups
        for group in groups:
            (source,) = group.source_images
            one = next(
                p for p in content.photographs
                if p.number == sources[source.referenced_sop_instance_uid]
            )  # fmt: skip
            made = {item.name.value: item for item in group.get_measurements()}
            for quantity in MEASURED:
                value, *bounds = quantity.values(one.summary)
                if value is None:
                    assert quantity.name not in made
                    continue
                item = made.pop(quantity.name)
                assert item.value == float(value)
                assert (item.unit.value, item.unit.scheme_designator) == (quantity.unit, "UCUM")
                n += 1
                if bounds:
                    ends = {end.name.value: end for end in item[0].ContentSequence}
                    upper, lower = ends["371886008"], ends["371885007"]
                    assert upper.unit.value == lower.unit.value == quantity.unit
                    found = [float(value) - lower.value, float(value) + upper.value]
                    np.testing.assert_allclose(found, bounds, rtol=1e-12)
            assert not made
    assert n > 60


def test_photographs_and_report_of_a_visit_are_one_study(exported):
    _, folder = exported
    for visit in (path for path in folder.glob("*/*") if path.is_dir()):
        files = list(read(visit).values())
        assert len({one.StudyInstanceUID for one in files}) == 1
        assert len({one.SeriesInstanceUID for one in files}) == len({one.Modality for one in files})
        assert len({one.SOPInstanceUID for one in files}) == len(files)
        assert all(one.SOPInstanceUID.startswith("2.25.") for one in files)


def test_a_second_export_is_the_same_and_another_scale_another_instance(
    exported, make_content, tmp_path
):
    content, folder = exported
    again = write_dicom(make_content(), tmp_path / "again")
    assert (again / LIST).read_bytes() == (folder / LIST).read_bytes()
    first = replace(content.photographs[0], px_per_mm=20.0, measurement=None)
    other = replace(content, photographs=[first], comparisons=())
    (made,) = images(write_dicom(other, tmp_path / "other")).values()
    before = images(folder)[1]
    assert [float(side) for side in made.PixelSpacing] == [0.05, 0.05]
    assert made.SOPInstanceUID != before.SOPInstanceUID
    assert made.SeriesInstanceUID == before.SeriesInstanceUID
    assert not list((tmp_path / "other").rglob("measurements.dcm"))


def test_a_photograph_that_cannot_be_decoded_leaves_nothing(make_content, tmp_path, monkeypatch):
    content = make_content()
    monkeypatch.setattr(content.files, "photograph", lambda number: b"no picture")
    with pytest.raises(InputFileError, match="S01/baseline/left cheek 1"):
        write_dicom(content, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
