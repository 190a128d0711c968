"""A photograph as a DICOM VL Photographic Image [1]_.

The pixels are those that are measured: upright, in sRGB, uncompressed, so that every archive reads
them. Nothing of the file's metadata is kept, because cameras write the place and their serial
number there. Pixel Spacing is that of the skin, as far as it lies in the plane in which the scale
was taken; how it was taken stands beside it.

References
----------
.. [1] NEMA PS3.3, Information Object Definitions, A.32.4 VL Photographic Image.
"""

import io
import re
import struct
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from porelight.errors import InputFileError
from porelight.files.photographs import picture_of
from porelight.files.study_exports.body_sites import body_site
from porelight.files.study_exports.content import ExportedPhotograph, ExportedSubject, StudyContent
from porelight.files.study_exports.dicom_header import coded, set_equipment, set_subject, uid_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

CLASS = "1.2.840.10008.5.1.4.1.1.77.1.4"
_LONGEST_SIDE = 65_535
_LONG = 64
# how pictures begin whose compression may have lost something, and the standard where DICOM has a
# word for it; a WebP or AVIF without loss cannot be told from the others
_LOSSY = (
    (re.compile(rb"\xff\xd8\xff"), "ISO_10918_1"),
    (re.compile(rb"....ftyp(?:hei|hev|mif)", re.DOTALL), "ISO_23008_2"),
    (re.compile(rb"....ftypavi|RIFF....WEBP", re.DOTALL), ""),
)
# what the scale was taken from
_CALIBRATION = {
    "known": ("GEOMETRY", "scale given by the user"),
    "dpi": ("GEOMETRY", "dots per inch of a scanner"),
    "marker": ("FIDUCIAL", "printed sheet in view"),
    "ruler": ("FIDUCIAL", "ruler in view"),
    "iris": ("FIDUCIAL", "irises of the face, 11.7 mm"),
}


def photographic_image(
    content: StudyContent, subject: ExportedSubject, photograph: ExportedPhotograph
) -> "Dataset":
    """Return a photograph as a data set with its file's meta information.

    Parameters
    ----------
    content : StudyContent
        What is exported.
    subject : ExportedSubject
        Who is in it.
    photograph : ExportedPhotograph
        Which photograph.

    Raises
    ------
    InputFileError
        If the photograph cannot be decoded, or has too many pixels for DICOM.
    """
    from pydicom.dataset import Dataset  # noqa: PLC0415

    name = f"{subject.pseudonym}/{photograph.visit.name}/{photograph.zone} {photograph.take}"
    file = content.files.photograph(photograph.number)
    pixels = picture_of(file, name).pixels
    rows, cols = pixels.shape[:2]
    if max(rows, cols) > _LONGEST_SIDE:
        raise InputFileError(
            f"{name}: {cols} x {rows} px; DICOM takes at most {_LONGEST_SIDE} px a side. Leave its "
            "visit out, or export it to zip."
        )
    made = Dataset()
    made.SpecificCharacterSet = "ISO_IR 192"
    made.SOPClassUID = CLASS
    set_subject(made, content, subject, photograph.visit)
    made.Modality = "XC"
    series = content.id_of(subject.uid, "photographs", photograph.visit.name)
    made.SeriesInstanceUID = uid_of(series)
    made.SeriesNumber = 1
    made.SeriesDescription = "Photographs"
    set_equipment(made)
    made.InstanceNumber = photograph.number
    made.PatientOrientation = ""
    made.ImageType = ["DERIVED", "PRIMARY"]
    made.DerivationDescription = "turned upright, colours to sRGB, metadata left out"
    made.ImageComments = f"{photograph.zone}, take {photograph.take}"[:10_240]
    made.RecognizableVisualFeatures = "YES"  # skin of a face; nobody has looked whether it is not
    made.AcquisitionContextSequence = []
    made.AnatomicRegionSequence = [_site(photograph.zone)]
    _set_side(made, photograph.zone)
    _set_lossy(made, file, rows * cols * 3)
    _set_spacing(made, photograph)
    made.SamplesPerPixel = 3
    made.PhotometricInterpretation = "RGB"
    made.PlanarConfiguration = 0
    made.Rows, made.Columns = rows, cols
    made.BitsAllocated, made.BitsStored, made.HighBit = 8, 8, 7
    made.PixelRepresentation = 0
    made.ICCProfile = _srgb()
    made.ColorSpace = "SRGB"
    data = pixels.tobytes()
    made.PixelData = data + b"\0" * (len(data) % 2)
    made["PixelData"].VR = "OB"
    return _instance(made, content, subject)


def _instance(made: "Dataset", content: StudyContent, subject: ExportedSubject) -> "Dataset":
    """Name a data set by its content, and say how it is encoded."""
    from pydicom.dataset import FileMetaDataset  # noqa: PLC0415
    from pydicom.uid import UID, ExplicitVRLittleEndian  # noqa: PLC0415

    whole = io.BytesIO()
    made.save_as(whole, implicit_vr=False, little_endian=True)
    digest = sha256(whole.getvalue()).hexdigest()
    made.SOPInstanceUID = UID(uid_of(content.id_of(subject.uid, "instance", digest)))
    made.file_meta = FileMetaDataset()
    made.file_meta.MediaStorageSOPClassUID = UID(CLASS)
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return made


def _site(zone: str) -> "Dataset":
    found = body_site(zone)
    item = coded(found.code, "SCT", found.meaning)
    if found.side:
        item.AnatomicRegionModifierSequence = [coded(found.side_code, "SCT", found.side)]
    return item


def _set_side(made: "Dataset", zone: str) -> None:
    """Say of which side the skin is; of a cheek alone it is not known."""
    side = body_site(zone).side
    if zone == "cheek":
        made.Laterality = ""
    else:
        made.ImageLaterality = side[0] if side else "U"


def _set_lossy(made: "Dataset", file: bytes, n_bytes: int) -> None:
    """Say that pixels have been through a lossy compression, which is for ever."""
    method = next((name for start, name in _LOSSY if start.match(file)), None)
    made.LossyImageCompression = "00" if method is None else "01"
    if method is not None:
        made.LossyImageCompressionRatio = f"{n_bytes / len(file):.4g}"
        if method:
            made.LossyImageCompressionMethod = method


def _set_spacing(made: "Dataset", photograph: ExportedPhotograph) -> None:
    """Set the size of a pixel on the skin, if the scale is known."""
    scale: dict[str, Any] = dict((photograph.summary or {}).get("scale", {}))
    per_mm = scale.get("px_per_mm", photograph.px_per_mm)
    if per_mm is None:
        return
    kind, about = _CALIBRATION[scale.get("source", photograph.scale_source)]
    error = scale.get("error_percent")
    told = about if error is None else f"{about}; standard deviation {error:.3g} %"
    made.PixelSpacing = [f"{1.0 / per_mm:.10g}"] * 2
    made.PixelSpacingCalibrationType = kind
    made.PixelSpacingCalibrationDescription = told[:_LONG]


def _srgb() -> bytes:
    """Return the profile of sRGB as that of an input, without the date of its making."""
    from PIL import ImageCms  # noqa: PLC0415

    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[12:16] = b"scnr"
    profile[24:36] = struct.pack(">6H", 2000, 1, 1, 0, 0, 0)
    profile[84:100] = bytes(16)  # its identifier, a digest of the rest; zeros are none
    return bytes(profile) + b"\0" * (len(profile) % 2)
