"""Inputs and outputs of MCML, written here after the manual of the program."""

import numpy as np
import pytest

from porelight.errors import InputFileError, ParameterError
from porelight.files.light_imports import read_foreign_case
from porelight.files.mcml_input import read_mci
from porelight.files.mcml_output import read_mco
from porelight.light.adding_doubling import layered_totals
from porelight.light.tally_regions import Share
from porelight.workflows.light import light_run
from porelight.workflows.light_check import light_check

RUN = """\
{name} A                  # output
5000                      # photons
0.01 0.01
20 30 1
2
1.0
1.4 2 100 0.8 0.05        # n mua mus g d
1.37 0.5 80 0.9 0.2
1.0
"""
TWO_RUNS = "# two runs\n1.0\n2\n" + RUN.format(name="a.mco") + "\n" + RUN.format(name="b.mco")

VERSION_2 = """\
mcmli2.0
air 1.0 0 0 0
lid 1.4 2 100 0.8
base 1.37 0.5 80 0.9
end
c.mco A
air
lid 0.05
base 0.2
air
end
pencil
0
0.01 0.01 0.1
20 30 1 1
A_z Rd_r
5000 0:10
1E-4
1
end
"""


@pytest.fixture
def written(tmp_path):
    def at(text, name="case.mci"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return at


def output(totals):
    """Return an output file of version 1 with these shares."""
    absorbed = "\n".join(f"  {share:.6f}" for share in totals.by_layer)
    return (
        "A1 # version\nInParm\n"
        + RUN.format(name="a.mco")
        + f"RAT #totals\n{totals.specular:.6g} #specular\n{totals.reflectance:.6g}\n"
        f"{totals.by_layer.sum():.6g}\n{totals.transmittance:.6g}\n\nA_l #layers\n{absorbed}\n\n"
        "A_z\n 1.0\n"
    )


def test_every_run_of_a_file_is_a_case(written):
    first, second = read_foreign_case(written(TWO_RUNS))

    assert (first.name, second.name) == ("a.mco", "b.mco")
    assert first.photons == 5000.0
    optics = first.case.optics()
    np.testing.assert_allclose(optics.thickness, [0.5e-3, 2e-3])
    np.testing.assert_allclose(optics.mu_a, [200.0, 50.0])
    np.testing.assert_allclose(optics.mu_s, [1e4, 8e3])
    np.testing.assert_allclose(optics.anisotropy, [0.8, 0.9])
    assert (optics.index_above, optics.index_below) == (1.0, 1.0)
    beam, grid = first.case.beam.beam(), first.case.grid.grid()
    assert (beam.profile, beam.diameter) == ("pencil", 0.0)
    np.testing.assert_allclose(grid.r_edges[[1, -1]], [1e-4, 3e-3])
    np.testing.assert_allclose(grid.z_edges[[1, -1]], [1e-4, 2e-3])


def test_version_2_is_the_same_case(written):
    (old, _), (new,) = read_mci(written(TWO_RUNS)), read_mci(written(VERSION_2, "new.mci"))

    assert new.case == old.case
    assert new.name == "c.mco"
    assert any("threshold and seed" in note for note in new.notes)


def test_a_last_layer_without_end_has_none(written):
    (first, _) = read_mci(written(TWO_RUNS.replace("0.9 0.2", "0.9 1E8")))

    assert np.isinf(first.case.optics().thickness[-1])
    assert any("has no end here" in note for note in first.notes)


def test_cells_of_two_sizes_are_told(written):
    (first, _) = read_mci(written(TWO_RUNS.replace("0.01 0.01", "0.02 0.01")))

    assert first.case.grid.first_um == 100.0
    assert any("cells are 0.1 mm" in note for note in first.notes)


def test_glass_on_top_is_told(written):
    (first, _) = read_mci(written(TWO_RUNS.replace("1.4 2 100 0.8", "1.5 0 0 0")))

    assert any("counts as specular in MCML" in note for note in first.notes)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file ends where the version of the format, 1.0 or mcmli2.0 is due"),
        ("{}", "the first line holds '{}'; expected the version"),
        ("1.0\n2\n" + RUN, "the file ends where a name of the output file, and A or B is due"),
        ("1.0\n1\n" + RUN + RUN, "line 12 is not read: the file says that it holds 1 runs"),
        ("1.0\n1.5\n" + RUN, "line 2: the number of runs is 1.5; expected a whole number"),
        (TWO_RUNS.replace("5000 ", "many "), "line 5 holds 'many'; expected the number of photons"),
        (TWO_RUNS.replace("0.8 0.05 ", "0.8 "), "line 10 holds '1.4 2 100 0.8'; expected n, mua"),
        (
            TWO_RUNS.replace("20 30 1", "20 30 1 7"),
            "line 7 holds '20 30 1 7'; expected the numbers",
        ),
        (
            TWO_RUNS.replace("2 100", "-2 100"),
            "line 10 holds '-2'; expected n, mua, mus, g, d of a layer, from -1",
        ),
        (TWO_RUNS.replace("0.8 0.05", "0.8 1E8"), "run a.mco, .*thickness_mm is 1e.09 mm"),
        (VERSION_2.replace("pencil", "isotropic"), "the source is 'isotropic'; .*expected pencil"),
        (VERSION_2.replace("pencil\n0", "pencil\n0.1"), "starts '0.1' cm deep; expected 0"),
        (VERSION_2.replace("\nbase 0.2", "\nbone 0.2"), "no medium is named 'bone' above"),
        (VERSION_2.replace("\nlid 0.05", "\nlid"), "ends the layers; expected a medium above"),
        (
            VERSION_2.replace("2 100 0.8", "2 100"),
            "line 3 holds 'lid 1.4 2 100'; expected a medium",
        ),
        (VERSION_2.replace("5000 0:10", "many 0:10"), "holds 'many'; expected the number of photo"),
        (VERSION_2.replace("0.05", "thin"), "holds 'lid thin'; expected a medium and a thickness"),
    ],
)
def test_what_is_no_such_input_gets_one_clear_line(written, text, message):
    with pytest.raises(InputFileError, match=message) as raised:
        read_mci(written(text))
    assert "\n" not in str(raised.value)


def test_another_ending_is_refused(written):
    with pytest.raises(InputFileError, match=r"ends in '.txt'; expected .json or .inp of MCX, or"):
        read_foreign_case(written(TWO_RUNS, "case.txt"))


def test_an_output_holds_its_case_and_agrees_with_a_run_of_it(written):
    (expected, _) = read_mci(written(TWO_RUNS))
    theirs = layered_totals(expected.case.optics())
    found = read_mco(written(output(theirs), "a.mco"))

    assert found.imported.case == expected.case
    assert found.shares["layer 2"].mean == pytest.approx(theirs.by_layer[1], abs=1e-6)
    share = theirs.reflectance
    bound = np.sqrt(share * (1 - share) / 5000)
    assert found.shares["reflectance"].standard_error == pytest.approx(bound, rel=1e-4)
    check = light_check(
        light_run(expected.case.setup(), photons=16_000), expected.case.optics(), found.shares
    )
    assert set(found.shares) == {pair.name for pair in check.pairs}
    assert abs(check.worst.z_score) < 4.0
    assert "reflectance: " in repr(check)


def test_what_version_2_says_of_errors_is_kept(written):
    text = (
        "mcmloA2.0\n# input\n" + VERSION_2 + "  123 456 789\n   1 2\nRAT\n0.04 #Rsp\n"
        "0.05 0.001 2.00% #Rb\n0.2 0.003 1.5%\n0.6 0.004 0.7%\n0.02 0.001 5%\n0.13 0.002 1.5%\n"
    )

    shares = read_mco(written(text, "c.mco")).shares

    # what came back unscattered holds the specular share
    assert shares["specular"] == Share(0.04, 0.0)
    np.testing.assert_allclose(shares["reflectance"], [0.21, np.hypot(0.001, 0.003)])
    np.testing.assert_allclose(shares["transmittance"], [0.15, np.hypot(0.001, 0.002)])
    np.testing.assert_allclose(shares["absorbed"], [0.6, 0.004])


@pytest.mark.parametrize(
    ("cut", "message"),
    [
        (("A1", "B1"), "the first line holds 'B1'; expected an output file of MCML in text"),
        (("RAT", "TAR"), "no line begins with 'RAT'"),
        (("A_l", "A_m"), "no line begins with 'A_l'"),
        (("InParm", "OutParm"), "no line begins with 'InParm'"),
    ],
)
def test_a_damaged_output_gets_one_clear_line(written, cut, message):
    (expected, _) = read_mci(written(TWO_RUNS))
    text = output(layered_totals(expected.case.optics())).replace(*cut)

    with pytest.raises(InputFileError, match=message):
        read_mco(written(text, "a.mco"))


def test_results_of_other_layers_are_not_compared(written):
    (one, _) = read_mci(written(TWO_RUNS))
    (other, _) = read_mci(written(TWO_RUNS.replace("0.5 80", "0.6 80")))
    result = light_run(one.case.setup(), photons=16_000)

    with pytest.raises(ParameterError, match=r"mu_a of layer 2 is 50 in the run and 60 \(SI\)"):
        light_check(result, other.case.optics(), {})


def test_a_number_that_no_light_case_may_have_gets_one_clear_line(tmp_path):
    path = tmp_path / "a.mci"
    path.write_text(
        "1.0\n1\na.mco A\n10\n0.01 0.01\n4 5 1\n1\n1.0\n1.4 0.5 100 1.5 0.1\n1.0\n",
        encoding="utf-8",
    )
    with pytest.raises(InputFileError, match=r"layer\[1\]\.anisotropy is 1.5; expected -1 to 1\.$"):
        read_mci(path)
