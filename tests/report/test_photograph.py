import base64
import io
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from porelight.errors import InputFileError
from porelight.report.photograph import overlay_pictures


@dataclass(frozen=True)
class Folder:
    """What a page needs of a measured photograph."""

    overlay: Path
    summary: dict[str, object] = field(default_factory=dict)


def _overlay(folder: Path, width: int, height: int) -> Folder:
    pixels = np.full((height, width, 3), (200, 150, 130), dtype=np.uint8)
    path = folder / "overlay.png"
    Image.fromarray(pixels).save(path)
    return Folder(path)


def _opened(uri: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2])))


def test_a_small_photograph_stands_there_whole(tmp_path):
    (picture,) = overlay_pictures(_overlay(tmp_path, 300, 200))
    image = _opened(picture.uri)
    assert image.size == (300, 200)
    assert abs(np.asarray(image)[100, 150].astype(int) - [200, 150, 130]).max() < 6


def test_a_large_one_is_shrunk_and_a_part_shown_at_full_size(tmp_path):
    whole, part = overlay_pictures(_overlay(tmp_path, 2800, 1400))
    assert _opened(whole.uri).size == (1400, 700)
    assert _opened(part.uri).size == (560, 360)


def test_nothing_but_pixels_gets_into_the_page(tmp_path):
    picture = tmp_path / "overlay.png"
    exif = Image.Exif()
    exif[0x010E] = "a place"
    Image.new("RGB", (40, 30)).save(picture, exif=exif)
    (shown,) = overlay_pictures(Folder(picture))
    assert not dict(_opened(shown.uri).getexif())


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 40])
def test_a_broken_overlay_is_named(tmp_path, content):
    path = tmp_path / "overlay.png"
    path.write_bytes(content)
    with pytest.raises(InputFileError, match=r"overlay\.png: not a readable picture"):
        overlay_pictures(Folder(path))


def test_a_missing_overlay_is_named(tmp_path):
    with pytest.raises(InputFileError, match="no such file"):
        overlay_pictures(Folder(tmp_path / "overlay.png"))
