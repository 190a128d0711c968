"""Films on disk: GIF always, MP4 where ffmpeg is installed."""

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from porelight import __version__
from porelight.errors import InputFileError
from porelight.files.kinds import ResultKind, names_porelight
from porelight.files.writing import replacing

Frame: TypeAlias = NDArray[np.uint8]  # (row, col, 3)

ENDINGS = (".gif", ".mp4")
_MARK = "film by porelight"
FILM = ResultKind("a film", ENDINGS, names_porelight(_MARK, anywhere=True))
_COLOURS = 256  # of one palette for the whole film
_LAST = 1.5  # s for which the last frame of a GIF stays


def write_film(frames: Iterable[Frame], path: str | Path, *, frame_seconds: float = 0.1) -> Path:
    """Write frames as a film.

    Parameters
    ----------
    frames : iterable of ndarray of uint8, shape (n_row, n_col, 3)
        All of one size, two or more.
    path : str or Path
        Ends in .gif or .mp4; an earlier film is replaced.
    frame_seconds : float
        Time for which each frame is shown [s].

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputFileError
        If the ending is another, an MP4 is asked for without ffmpeg, or the file cannot be written.
    """
    target = require_film(path)
    stack = [np.ascontiguousarray(frame, dtype=np.uint8) for frame in frames]
    if len(stack) < 2 or len({frame.shape for frame in stack}) != 1:
        raise InputFileError(f"{target}: a film needs two frames or more, all of one size.")
    write = _write_gif if target.suffix == ".gif" else _write_mp4
    with replacing(target, FILM) as temporary:
        write(stack, temporary, frame_seconds)
    return target


def require_film(path: str | Path) -> Path:
    """Refuse, before the work, a film that could not be written.

    Raises
    ------
    InputFileError
        If so.
    """
    target = Path(path)
    if target.suffix not in ENDINGS:
        raise InputFileError(f"{target}: films end in .gif or .mp4; this one in {target.suffix!r}.")
    if target.suffix == ".mp4" and shutil.which("ffmpeg") is None:
        raise InputFileError(
            f"{target}: an MP4 needs the program ffmpeg, which is not installed; install it, or "
            "ask for a .gif."
        )
    return target


def _write_gif(frames: list[Frame], target: Path, frame_seconds: float) -> None:
    # one palette for all frames: colours do not flicker, and the file stays small
    sample = np.concatenate(frames[:: max(1, len(frames) // 8)])
    palette = Image.fromarray(sample).quantize(_COLOURS, method=Image.Quantize.MEDIANCUT)
    pictures = [
        Image.fromarray(frame).quantize(palette=palette, dither=Image.Dither.NONE)
        for frame in frames
    ]
    milliseconds = round(1000.0 * frame_seconds)
    pictures[0].save(
        target,
        save_all=True,
        append_images=pictures[1:],
        duration=[milliseconds] * (len(pictures) - 1) + [round(1000.0 * _LAST)],
        loop=0,
        disposal=1,
        comment=f"{_MARK} {__version__}",
    )


def _write_mp4(frames: list[Frame], target: Path, frame_seconds: float) -> None:
    height, width = (size - size % 2 for size in frames[0].shape[:2])  # yuv420p needs even sizes
    command = [
        *("ffmpeg", "-y", "-loglevel", "error"),
        *("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}"),
        *("-r", f"{1.0 / frame_seconds:g}", "-i", "-"),
        *("-metadata", f"comment={_MARK} {__version__}"),
        *("-pix_fmt", "yuv420p", str(target)),
    ]
    data = b"".join(np.ascontiguousarray(frame[:height, :width]).tobytes() for frame in frames)
    done = subprocess.run(command, input=data, capture_output=True, check=False)  # noqa: S603
    if done.returncode != 0:
        reason = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise InputFileError(f"{target}: ffmpeg failed: {reason[-1] if reason else 'no reason'}.")
