"""``porelight session``: one treatment seen as heat: pictures, films, readings, skin types."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from porelight.cli.choices import AsJson, Output
from porelight.cli.console import print_json, print_rows, progress_bar, say


def session(
    course: Path,
    /,
    *,
    output: Output,
    number: int = 1,
    films: Literal["gif", "mp4", "none"] = "gif",
    skin_types: Annotated[bool, Parameter(negative="")] = False,
    json: AsJson = False,
) -> int:
    """Show the heat of one session: over time and depth, from above, as films, by skin type.

    Parameters
    ----------
    course
        TOML file, as for 'porelight simulate'; its typical skin is treated.
    output
        Folder for the pictures, the films and session.json; made if it is not there.
    number
        Which session of the file, counted from 1.
    films
        Kind of film of a pulse and of the session; MP4 needs ffmpeg.
    skin_types
        Also make the table and figure of warmth by skin type and pulses per cm2.
    json
        Print session.json.
    """
    from porelight.files.course_file import read_course_file  # noqa: PLC0415
    from porelight.files.courses import course_of, simulation_of  # noqa: PLC0415
    from porelight.files.documents import save_document  # noqa: PLC0415
    from porelight.report.session_heat import SessionHeat, picked_session  # noqa: PLC0415

    content = read_course_file(course)
    planned = course_of(content, course)
    settings = simulation_of(content)
    exposure = picked_session(planned, number, course)
    with progress_bar("simulating", quiet=json) as progress:
        heat = SessionHeat.of(
            planned.skin,
            exposure,
            n_photons=settings["photons"],
            seed=settings["seed"],
            perfusion=settings["perfusion"],
            skin_types=skin_types,
            progress=progress,
        )
        written = heat.write(output, films=films)
    document = heat.document()
    target = output / "session.json"
    save_document(document, target)
    if json:
        print_json(document)
        return 0
    print_rows("session", heat.rows())
    print_rows("warmth by skin type, without a stop", heat.warmth_rows())
    for line in heat.validity_warnings:
        say(line)
    for path in (*written, target):
        say(f"written: {path}")
    return 0
