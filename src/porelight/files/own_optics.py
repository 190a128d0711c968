"""A person's own optics on disk: one table of TOML, as a skin's ``[skin.own_optics]`` holds it."""

from pathlib import Path

import tomli_w
from pydantic import Field, create_model

from porelight.course.vocabulary import OPTICS
from porelight.errors import InputFileError, ParameterError
from porelight.files.course_file import OPTICS_TABLE
from porelight.files.kinds import ResultKind, is_as_stamped, stamped
from porelight.files.toml_tables import FileModel, toml_content, validated
from porelight.files.writing import write_text
from porelight.tissue.own_optics import OwnOptics

OWN_OPTICS = ResultKind("an unedited file of a person's optics", (".toml",), is_as_stamped)
_WANTED = "a file with a person's optics, as 'porelight reflectance --fit' writes it"
_HEADING = (
    "# The optics of one person: equally likely draws. A course names this file by\n"
    '# optics = "..." in its [skin] table.\n'
)
_File: type[FileModel] = create_model(
    "OwnOpticsFile", __base__=FileModel, own_optics=(OPTICS_TABLE, Field(description=_WANTED))
)


def save_optics(optics: OwnOptics, path: Path | str) -> Path:
    """Write a person's optics.

    Parameters
    ----------
    optics : OwnOptics
        The draws.
    path : Path
        TOML file; one that porelight wrote and nobody edited is replaced.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputFileError
        If the file holds anything else, or cannot be written.
    """
    target = Path(path)
    content = {"own_optics": OPTICS.document(optics)}
    write_text(target, stamped(_HEADING + tomli_w.dumps(content)), OWN_OPTICS)
    return target


def read_optics(path: Path | str) -> OwnOptics:
    """Read a person's optics back.

    Raises
    ------
    InputFileError
        If the file is missing or holds anything else; the key is named.
    """
    source = Path(path)
    checked = validated(_File, toml_content(source, _WANTED, exact=True), source)
    try:
        return OPTICS.object(checked.model_dump()["own_optics"])
    except ParameterError as problem:
        raise InputFileError(f"{source}: own_optics: {problem}") from None
