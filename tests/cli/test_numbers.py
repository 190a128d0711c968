"""Numbers on the command line: whatever is typed for any of them, one line names the option."""

import re
from typing import get_args

import pytest
from cyclopts import App, Argument

from porelight.cli.app import app, main
from porelight.cli.numbers import _skin_type, _Typed


def commands(whole: App, path: tuple[str, ...] = ()):
    for name in whole:
        if not name.startswith("-"):
            found = whole[name]
            if found.default_command is not None:
                yield (*path, name), found
            yield from commands(found, (*path, name))


def kinds(argument: Argument) -> set[object]:
    """Return the types of an option; one that may be left out is of two in newer cyclopts."""
    return {argument.hint, *get_args(argument.hint)}


def numbers():
    for path, command in commands(app):
        for argument in command.assemble_argument_collection():
            if kinds(argument) & {int, float}:
                yield pytest.param(path, argument, id=f"{' '.join(path)} {argument.name}")


@pytest.mark.parametrize(("path", "argument"), list(numbers()))
def test_every_number_has_a_range(path, argument):
    read = argument.parameter.converter
    assert read is _skin_type or isinstance(read, _Typed)
    if isinstance(read, _Typed):
        kind = read._kind()
        assert kind.low < kind.high
        assert isinstance(kind.low, int) == (int in kinds(argument))


def complaint(capsys, *arguments: str) -> str:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    shown = capsys.readouterr()
    assert left.value.code == 2
    assert shown.out == ""
    assert shown.err.count("\n") == 1
    return shown.err


EXPOSURE = ("threshold", "--wavelength", "1064", "--spot", "5", "--duration", "0.3")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((*EXPOSURE, "--rate", "nan"), "--rate is 'nan'; expected 0.0001 to 1e+09 Hz"),
        ((*EXPOSURE, "--rate", "inf"), "--rate is inf Hz; expected 0.0001 to 1e+09 Hz"),
        ((*EXPOSURE, "--fluence", "-1"), "--fluence is -1 J/cm2; expected 0 to 5000 J/cm2"),
        ((*EXPOSURE, "--seed", "1.9"), "--seed is 1.9; expected a whole number from 0 to"),
        ((*EXPOSURE, "--seed", "true"), "--seed is true; expected a whole number"),
        ((*EXPOSURE, "--pulses", "0"), "--pulses is 0; expected a whole number from 1 to 100000"),
        ((*EXPOSURE, "--fitzpatrick", "0"), "expected a skin type from 1"),
        ((*EXPOSURE, "--photons", "1e308"), "--photons is 1e308; expected a whole number from 1"),
        # whose digits would fill the memory
        ((*EXPOSURE, "--photons", "1e999999999"), "--photons is 1e999999999; expected"),
        (("what-if", "s.toml", "-o", "x.png", "--seed", "-1"), "--seed is -1; expected"),
        (("what-if", "s.toml", "-o", "x.png", "--years", "31"), "--years is 31 years; expected 0"),
        (("light", "run", "c.toml", "-o", "x.nc", "--threads", "100000"), "--threads is 100000;"),
        (("light", "export", "c.toml", "-o", "x.json", "--voxel-mm", "1e-300"),
         "--voxel-mm is 1e-300 mm; expected 0.001 to 10 mm"),
        (("light", "fluence", "r.nc", "--power-w", "nan"), "--power-w is 'nan'; expected 1e-15 to"),
        (("preview", "p.png", "-o", "x.png", "--zone", "nose", "--px-per-mm", "20",
          "--change-percent", "-100"), "--change-percent is -100 %; expected -95 to 200 %"),
    ],
)  # fmt: skip
def test_what_no_quantity_can_be_gets_one_line(capsys, arguments, message):
    assert message.removesuffix("...") in complaint(capsys, *arguments)


def test_a_whole_number_may_be_written_as_people_write_it():
    class Token:
        keyword, value = "--photons", " 1e5 "

    found = _Typed("N_PHOTONS")(int, [Token])
    assert found == 100_000
    assert isinstance(found, int)


@pytest.mark.parametrize(("text", "number"), [("4", 4), ("IV", 4), ("iv", 4)])
def test_a_skin_type_may_be_roman(text, number):
    class Token:
        keyword, value = "--fitzpatrick", text

    assert _skin_type(int, [Token]) == number


@pytest.mark.parametrize("path", sorted({one.values[0] for one in numbers()}))
def test_every_option_of_a_command_says_what_it_is(path, capsys):
    with pytest.raises(SystemExit):
        main([*path, "--help"])
    # an option's line has its name and kind, and words beside them or below
    text = capsys.readouterr().out.split("Parameters", 1)[1]
    options = re.split(r"\n│ [ *]  (?=--|[A-Z-]+ )", text)[1:]
    silent = [
        one.split()[0]
        for one in options
        if not re.sub(r"\[.*?\]|[│╰─╯*]|--[\w-]+|\b[A-Z-]{2,}\b", " ", one, flags=re.DOTALL).split()
    ]
    assert silent == []
