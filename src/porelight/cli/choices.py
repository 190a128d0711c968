"""What several commands let their users choose, under the same names."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

Zone = Literal["forehead", "glabella", "nose", "cheek", "chin"]
Goal = Literal["pore-area", "pore-diameter", "redness", "texture", "fine-lines", "acne-scars"]
Device = Literal["laser-genesis", "pearl"]
Output = Annotated[Path, Parameter(name=["--output", "-o"])]
SkinFile = Annotated[Path, Parameter(help="TOML file with a [skin] table; a course file will do.")]
Measured = Annotated[
    Path | None,
    Parameter(help="Folder that 'porelight measure' wrote: its pores replace the typical ones."),
]
Seed = Annotated[int, Parameter(help="The same seed gives the same numbers.")]
AsJson = Annotated[bool, Parameter(name="--json", negative="")]
