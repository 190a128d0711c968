"""What several commands let their users choose, under the same names."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

Zone = Literal["forehead", "glabella", "nose", "cheek", "chin"]
Goal = Literal["pore-area", "pore-diameter", "redness", "texture", "fine-lines", "acne-scars"]
Device = Literal["laser-genesis", "pearl"]
Output = Annotated[Path, Parameter(name=["--output", "-o"])]
AsJson = Annotated[bool, Parameter(name="--json", negative="")]
