"""``porelight session``: one treatment seen as heat: pictures, films, readings, skin types."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from porelight.cli.choices import AsJson, CoursePath, Output
from porelight.cli.console import print_json, print_rows, progress_bar, say, tell_usual
from porelight.cli.numbers import typed
from porelight.errors import InputFileError, ParameterError

if TYPE_CHECKING:
    from porelight.course.course import Course
    from porelight.laser.exposure import Exposure


def session(
    course: CoursePath,
    /,
    *,
    output: Output,
    number: Annotated[int, typed("N_SESSIONS")] = 1,
    films: Literal["gif", "mp4", "none"] = "gif",
    skin_types: Annotated[bool, Parameter(negative="")] = False,
    json: AsJson = False,
) -> int:
    """Show the heat of one session: over time and depth, from above, as films, by skin type.

    Parameters
    ----------
    output
        Folder for the pictures, the films and session.json.
    number
        Which session of the file, counted from 1; typical skin is treated.
    films
        Kind of film of a pulse and of the session; MP4 needs ffmpeg.
    skin_types
        Also make the table and figure of warmth by skin type and pulses per cm2.
    """
    from porelight.files.courses import read_course  # noqa: PLC0415
    from porelight.files.writing import require_output_folder  # noqa: PLC0415
    from porelight.report.films import require_film  # noqa: PLC0415
    from porelight.report.session_heat import (  # noqa: PLC0415
        SESSION,
        heat_document,
        heat_rows,
        save_session_heat,
    )
    from porelight.report.warmth_table import warmth_rows  # noqa: PLC0415
    from porelight.workflows.session_heat import session_heat  # noqa: PLC0415

    require_output_folder(output, SESSION)
    if films != "none":
        require_film(output / f"pulse.{films}")
    content = read_course(course)
    tell_usual(content.as_usual, json=json)
    exposure = _picked(content.course, number, course)
    with progress_bar("simulating", quiet=json) as progress:
        try:
            heat = session_heat(
                content.course.skin,
                exposure,
                photons=content.settings.photons,
                seed=content.settings.seed,
                perfusion=content.settings.perfusion,
                skin_types=skin_types,
                progress=progress,
            )
        except ParameterError as problem:
            raise InputFileError(f"{course}: session {number}: {problem}") from None
        written = save_session_heat(heat, output, films=films)
    if json:
        print_json(heat_document(heat))
        return 0
    print_rows("session", heat_rows(heat))
    print_rows("warmth by skin type, without a stop", warmth_rows(heat.warmth))
    for line in heat.validity_warnings:
        say(line)
    for path in written:
        say(f"written: {path}")
    return 0


def _picked(course: "Course", number: int, path: Path) -> "Exposure":
    """Return the exposure of one session, counted from 1."""
    n = len(course.sessions)
    if not 1 <= number <= n:
        has = f"{n} session{'' if n == 1 else 's'}"
        raise InputFileError(f"{path}: there is no session {number}; the file has {has}.")
    return course.sessions[number - 1].exposure
