import json
import re

import numpy as np
import pytest

from porelight.cli.app import main
from porelight.errors import ParameterError
from porelight.heat.temporal_profile import TemporalProfile
from porelight.laser.beam import Beam
from porelight.session.single_exposure import SingleExposure, heating, room_air
from porelight.session.target import Target
from porelight.session.threshold import threshold
from porelight.session.visible_pigment import require_pigment
from porelight.tissue.skin import Skin

USUAL = ["threshold", "--wavelength", "1940", "--photons", "3000"]


def run(capsys, *arguments: str, spot: str = "5") -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main([*USUAL, "--spot", spot, *arguments])
    shown = capsys.readouterr()
    return int(left.value.code or 0), shown.out, shown.err


def test_the_command_tells_what_the_function_finds(capsys):
    code, out, _ = run(capsys, "--duration", "100", "--skin", "pig", "--fluence", "20", "--json")
    told = json.loads(out)
    assert code == 0
    assert told["end_point"] == "basal layer"
    target = Target.pig()
    exposure = SingleExposure(
        1.94e-6, Beam("flat-top", 5e-3), TemporalProfile.rectangle(0.1), room_air(target)
    )
    found = threshold(heating(target, exposure, n_photons=3000))
    assert told["threshold"]["radiant_exposure_J_per_cm2"] == pytest.approx(
        found.radiant_exposure / 1e4, rel=1e-3
    )
    assert told["outcome"]["killed_to_um"] > told["threshold"]["killed_to_um"]


def test_the_command_shows_a_table(capsys):
    code, out, _ = run(capsys, "--duration", "100", "--end-point", "vaporisation")
    assert code == 0
    assert "vaporisation, 100 degC" in out
    assert "4 published thresholds within 10% of 1940 nm were compared" in " ".join(out.split())


def test_a_train_is_told_by_the_pulse_and_in_all(capsys):
    train = ("--duration", "100", "--pulses", "3", "--rate", "2", "--fluence", "2")
    _, out, _ = run(capsys, *train, "--json")
    told = json.loads(out)
    assert told["pulses"] == 3
    for column in ("threshold", "outcome"):
        each = told[column]["pulse_radiant_exposure_J_per_cm2"]
        assert told[column]["radiant_exposure_J_per_cm2"] == pytest.approx(3.0 * each)
    # the fluence that is asked for is that of a pulse
    assert told["outcome"]["pulse_radiant_exposure_J_per_cm2"] == pytest.approx(2.0)
    _, out, _ = run(capsys, *train)
    assert "radiant exposure of one pulse" in out
    assert "radiant exposure, all 3 pulses" in out


def test_no_threshold_is_an_answer(capsys):
    with pytest.raises(SystemExit) as left:
        main(["threshold", "--wavelength", "800", "--spot", "0.02", "--duration", "90000",
              "--skin", "white-pig", "--photons", "3000"])  # fmt: skip
    out = capsys.readouterr().out
    assert not left.value.code
    assert "No threshold below 5e+03 J/cm2: even there the skin reaches" in out


def test_a_pulse_shape_from_a_file_is_an_exposure(capsys, tmp_path):
    file = tmp_path / "pulse.csv"
    file.write_text("time_ms,power\n0,0\n1,1\n3,0\n", encoding="utf-8")
    code, out, _ = run(capsys, "--envelope", str(file), "--pulses", "2", "--rate", "5", "--json")
    assert code == 0
    assert json.loads(out)["threshold"]["radiant_exposure_J_per_cm2"] > 0.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "expected one of the two"),
        (("--duration", "300", "--pulses", "2", "--rate", "5"), "longer than its period"),
        (
            ("--duration", "1", "--cooling", "cryogen", "--cooling-time", "3000",
             "--cooling-lead", "3000"),
            "freezes living skin",
        ),
        (("--duration", "1", "--rate", "5"), "--rate changes nothing, since there is one pulse"),
        (("--duration", "1", "--cooling-time", "5"), "--cooling-time changes nothing, since air"),
        (("--duration", "1", "--cooling-lead", "5"), "--cooling-lead changes nothing, since air"),
        (
            ("--duration", "1", "--skin", "pig", "--fitzpatrick", "5"),
            "--fitzpatrick changes nothing, since the skin is a pig's",
        ),
    ],
)  # fmt: skip
def test_bad_input_gets_one_line_and_exit_2(capsys, arguments, message):
    code, _, err = run(capsys, *arguments)
    assert code == 2
    assert message in err
    assert len(err.strip().splitlines()) == 1


def test_micrometres_given_as_nanometres_are_told_in_nanometres(capsys):
    with pytest.raises(SystemExit) as left:
        main(["threshold", "--wavelength", "1.94", "--spot", "5", "--duration", "100"])
    assert left.value.code == 2
    assert "--wavelength is 1.94 nm; expected 100 to 20000 nm" in capsys.readouterr().err


def test_a_spot_without_width_gets_one_line(capsys):
    code, _, err = run(capsys, "--duration", "100", spot="0")
    assert code == 2
    assert "--spot is 0 mm; expected 0.01 to 100 mm" in err


def test_a_ring_is_looked_at_where_it_shines():
    target = Target.human()
    ring = Beam("ring", 8e-3, inner_diameter=4e-3)
    exposure = SingleExposure(1.94e-6, ring, TemporalProfile.rectangle(0.1), room_air(target))
    disc = SingleExposure(
        1.94e-6, Beam("flat-top", 8e-3), TemporalProfile.rectangle(0.1), room_air(target)
    )
    found, even = (threshold(heating(target, one, n_photons=10_000)) for one in (exposure, disc))
    # light of 1940 nm stays where it falls: radiant exposure of the ring itself decides
    assert found.peak_radiant_exposure == pytest.approx(even.peak_radiant_exposure, rel=0.15)
    assert np.isfinite(found.depth)


def test_a_person_of_known_pigment_has_a_threshold_in_the_visible(capsys):
    told = []
    for percent in ("2", "6"):
        with pytest.raises(SystemExit) as left:
            main(["threshold", "--wavelength", "755", "--spot", "10", "--duration", "3",
                  "--melanin", percent, "--photons", "3000", "--json"])  # fmt: skip
        assert not left.value.code
        told.append(json.loads(capsys.readouterr().out)["threshold"]["radiant_exposure_J_per_cm2"])
    assert told[0] > 1.5 * told[1]


@pytest.mark.parametrize("at", [0, 1])
def test_a_share_of_melanosomes_that_a_refusal_advises_is_taken(at):
    def skin(percent):
        return Skin.typical("cheek", 2, 40.0, values={"melanosome_fraction_2": percent / 100.0})

    with pytest.raises(ParameterError) as refused:
        require_pigment(skin(0.1), 755e-9, {})
    told = re.search(r"melanosomes, ([\d.]+) to ([\d.]+) %", str(refused.value))
    edge = float(told.groups()[at])
    require_pigment(skin(edge), 755e-9, {})
    beyond = edge - 0.1 if at == 0 else edge + 0.1
    with pytest.raises(ParameterError, match="would be far off"):
        require_pigment(skin(beyond), 755e-9, {})


def test_too_much_light_is_told_in_joules_and_not_as_a_temperature(capsys):
    code, _, err = run(capsys, "--duration", "100", "--fluence", "4000")
    assert code == 2
    assert "4000 J/cm2 would heat the skin above 627 degC; expected at most" in err
    assert "elsius" not in err


def test_an_end_point_may_be_typed_with_dashes(capsys):
    code, out, _ = run(capsys, "--duration", "100", "--end-point", "full-epidermis", "--json")
    assert code == 0
    assert json.loads(out)["end_point"] == "full epidermis"
