"""Results that are kept: under all they follow from, checked, within a limit."""

import math
import os
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import pytest

from porelight import kept as kept_module
from porelight.cli.app import main
from porelight.errors import ExtrapolationWarning, ParameterError
from porelight.injury.field import InjuryField
from porelight.kept import Kept, content_key, kept_results
from porelight.laser.devices import laser_genesis, pearl
from porelight.session import kept_results as session_results
from porelight.session.ensemble import PhysicsEnsemble
from porelight.session.injury_law import library_injury
from porelight.session.result import SessionResult
from porelight.tissue.skin import Skin

GENESIS = replace(laser_genesis(), n_pulses=40, area=1e-4)
SKIN = Skin.typical("cheek", 3, 35.0)
LARGE = 10**9


@dataclass(frozen=True)
class Pair:
    """Two values."""

    first: float
    second: object


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((1.0,), (1,)),
        ((1.0,), (math.nextafter(1.0, 2.0),)),
        (("1",), (1,)),
        (("ab", "c"), ("a", "bc")),
        ((None,), ("None",)),
        (((1, 2), 3), (1, (2, 3))),
        (([], ()), ((),)),
        (({"a": 1.0},), ({"b": 1.0},)),
        ((Pair(1.0, "x"),), (Pair(1.0, "y"),)),
        ((Pair(1.0, (2,)),), ((1.0, (2,)),)),
        ((np.zeros(2),), (np.zeros((2, 1)),)),
        ((np.zeros(2),), (np.zeros(2, dtype=np.float32),)),
        ((np.array([0.0, 1.0]),), (np.array([0.0, -1.0]),)),
        ((True,), (1,)),
    ],
)
def test_other_content_has_another_key(one, other):
    assert content_key(*one) != content_key(*other)


def test_equal_content_has_one_key():
    one = content_key({"a": 1.0, "b": np.arange(3.0)}, Pair(2.0, None))
    assert one == content_key({"b": np.arange(3.0), "a": 1.0}, Pair(2.0, None))


def test_what_has_no_content_has_no_key():
    with pytest.raises(TypeError, match="function has no content"):
        content_key(lambda: 1)


def test_arrays_come_back_as_they_were(tmp_path):
    place = Kept(tmp_path / "new", LARGE)
    arrays = {"a": np.arange(6.0).reshape(2, 3), "b": np.array(7.5), "c": np.array(["x", "yz"])}
    place.put("ab12", arrays)
    found = place.get("ab12")
    assert list(found) == list(arrays)
    for name, one in arrays.items():
        assert found[name].dtype == one.dtype
        np.testing.assert_array_equal(found[name], one)
    assert place.get("ab13") is None


@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b[:40], lambda b: b"", "flip"])
def test_a_damaged_entry_is_not_there(tmp_path, damage):
    place = Kept(tmp_path, LARGE)
    place.put("ab12", {"a": np.arange(6.0)})
    (path,) = tmp_path.glob("*/*.kept")
    content = bytearray(path.read_bytes())
    if damage == "flip":
        content[-3] ^= 1
        path.write_bytes(content)
    else:
        path.write_bytes(damage(bytes(content)))
    assert place.get("ab12") is None
    assert not path.exists()


def test_the_folder_keeps_within_its_limit_what_was_read_last(tmp_path):
    one = {"a": np.zeros(1000)}
    place = Kept(tmp_path, 100_000)
    for number in range(11):
        place.put(f"{number:04d}", one)
        os.utime(place._path(f"{number:04d}"), (number, number))
    for number in range(11, 40):
        assert place.get("0000") is not None  # read again and again, so it stays
        place.put(f"{number:04d}", one)
    usage = place.usage()
    assert usage.bytes <= usage.limit + 0.05 * usage.limit
    assert place.get("0000") is not None
    assert place.get("0001") is None
    assert place.get("0039") is not None


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path):
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    place = Kept(tmp_path / "file", LARGE)
    with pytest.warns(UserWarning, match="results cannot be kept in .*file .*set PORELIGHT_CACHE"):
        place.put("ab12", {"a": np.zeros(2)})
    place.put("ab12", {"a": np.zeros(2)})  # told once
    assert place.get("ab12") is None
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


def test_files_of_others_in_the_folder_are_left_alone(tmp_path):
    own = [
        tmp_path / "de" / "holiday.jpg",
        tmp_path / "01" / "notes.kept",
        tmp_path / "ab" / "x.txt",
    ]
    for one in own:
        one.parent.mkdir()
        one.write_bytes(bytes(5000))
    place = Kept(tmp_path, 2000)
    place.put("ab12", {"a": np.arange(6.0)})
    assert place.usage().n_entries == 1
    for number in range(30):  # beyond the limit
        place.put(f"{number:04x}", {"a": np.arange(60.0)})
    place.clear()
    assert place.usage().n_entries == 0
    assert all(one.read_bytes() == bytes(5000) for one in own)


def test_a_home_that_is_not_there_is_one_line(monkeypatch):
    monkeypatch.setenv("PORELIGHT_CACHE", "~nosuchuser/x")
    with pytest.raises(ParameterError, match="PORELIGHT_CACHE is '~nosuchuser/x'"):
        kept_results()


def test_the_user_chooses_folder_and_limit(tmp_path, monkeypatch):
    for word in ("off", "OFF", "no", "0"):
        monkeypatch.setenv("PORELIGHT_CACHE", word)
        assert kept_results() is None
    monkeypatch.setenv("PORELIGHT_CACHE", str(tmp_path))
    monkeypatch.setenv("PORELIGHT_CACHE_MB", "3")
    assert (kept_results().folder, kept_results().limit) == (tmp_path, 3_000_000)
    monkeypatch.delenv("PORELIGHT_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert kept_results().folder == tmp_path / "cache" / "porelight" / "results"
    monkeypatch.setenv("PORELIGHT_CACHE_MB", "much")
    with pytest.raises(ParameterError, match="PORELIGHT_CACHE_MB is 'much'; expected a whole"):
        kept_results()


def ensemble(place: Path, **changes) -> PhysicsEnsemble:
    members = changes.pop("members", ({}, {"mu_a_skin_2790": 3.5e5}))
    given = {"skin": SKIN, "members": members, "n_photons": 500, "seed": 1} | changes
    return PhysicsEnsemble(**given, kept=Kept(place, LARGE))


def same(one: SessionResult, other: SessionResult) -> bool:
    def values(result: SessionResult):
        for part, kind in ((result, SessionResult), (result.field, InjuryField)):
            yield from (getattr(part, f.name) for f in fields(kind) if f.name != "field")

    pairs = zip(values(one), values(other), strict=True)
    return all(type(a) is type(b) and np.array_equal(a, b) for a, b in pairs)


@pytest.mark.parametrize("exposure", [GENESIS, pearl()], ids=["scattered", "ablative"])
def test_a_kept_result_is_the_computed_one_bit_by_bit(tmp_path, exposure, monkeypatch):
    first = ensemble(tmp_path).treat(exposure)
    computed = PhysicsEnsemble(SKIN, ensemble(tmp_path).members, 500, 1).treat(exposure)
    monkeypatch.setattr(
        PhysicsEnsemble, "_model_of", lambda *_: pytest.fail("computed, though it was kept")
    )
    again = ensemble(tmp_path).treat(exposure)
    for one, other, third in zip(first, again, computed, strict=True):
        assert same(one, other)
        assert same(one, third)


@pytest.mark.parametrize(
    "changes",
    [
        {"skin": Skin.typical("cheek", 4, 35.0)},
        {"members": ({"perfusion_skin": 1.5e-3},)},
        {"n_photons": 501},
        {"seed": 2},
        {"perfusion": "thermoregulated"},
        {"refinement": 2},
    ],
)
def test_whatever_a_result_follows_from_makes_another(tmp_path, changes):
    ensemble(tmp_path).treat_member(GENESIS, 0)
    before = len(list(tmp_path.glob("*/*.kept")))
    ensemble(tmp_path, **changes).treat_member(GENESIS, 0)
    ensemble(tmp_path).treat_member(replace(GENESIS, rate=6.0), 0)
    assert len(list(tmp_path.glob("*/*.kept"))) == before + 2


def test_other_code_makes_another_result(tmp_path, monkeypatch):
    ensemble(tmp_path).treat_member(GENESIS, 0)
    monkeypatch.setattr(session_results, "code_fingerprint", lambda: "other")
    ensemble(tmp_path).treat_member(GENESIS, 0)
    assert len(list(tmp_path.glob("*/*.kept"))) == 2


def test_the_fingerprint_is_of_every_room_on_the_way(tmp_path, monkeypatch):
    root = tmp_path / "porelight"
    for name in ("session/a.py", "tissue/b.py", "light/c.py", "grid.py", "report/d.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("one", encoding="utf-8")
    monkeypatch.setattr(session_results.porelight, "__file__", str(root / "__init__.py"))
    fingerprint = session_results.code_fingerprint.__wrapped__
    before = fingerprint()
    (root / "report/d.py").write_text("two", encoding="utf-8")
    assert fingerprint() == before
    for name in ("session/a.py", "tissue/b.py", "light/c.py", "grid.py"):
        (root / name).write_text("two", encoding="utf-8")
        before, last = fingerprint(), before
        assert before != last


def test_pores_are_not_what_a_session_looks_at(tmp_path):
    ensemble(tmp_path).treat_member(GENESIS, 0)
    larger = replace(SKIN.pores, diameter=SKIN.pores.diameter * 1.1)
    ensemble(tmp_path, skin=replace(SKIN, pores=larger)).treat_member(GENESIS, 0)
    assert len(list(tmp_path.glob("*/*.kept"))) == 1


def test_what_a_session_does_not_meet_is_told_again(tmp_path):
    hot = replace(GENESIS, radiant_exposure=1.2e6, stop_at_surface=math.inf)
    told = []
    for _ in range(2):
        with pytest.warns(ExtrapolationWarning) as record:
            ensemble(tmp_path).treat_member(hot, 0)
        told.append([str(one.message) for one in record])
    assert told[0] == told[1]
    assert any("water boils" in line for line in told[0])


def test_a_law_of_ones_own_is_never_kept(tmp_path):
    def law(time, temperature, values, *, resting):
        return library_injury(time, temperature, values, resting=resting)

    ensemble(tmp_path, injury=law).treat_member(GENESIS, 0)
    assert not list(tmp_path.glob("*/*"))


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(list(words))
    return int(left.value.code)


def test_the_command_shows_and_clears_what_is_kept(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PORELIGHT_CACHE", str(tmp_path))
    kept_module.kept_results().put("ab12", {"a": np.zeros(1000)})
    assert run("cache", "info") == 0
    assert "results  1" in capsys.readouterr().out
    assert run("cache", "clear", "--json") == 0
    assert '"results": 1' in capsys.readouterr().out
    assert run("cache", "info", "--json") == 0
    assert '"results": 0' in capsys.readouterr().out
    monkeypatch.setenv("PORELIGHT_CACHE", "off")
    assert run("cache", "info") == 2
    assert "PORELIGHT_CACHE is off" in capsys.readouterr().err
