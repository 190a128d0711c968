"""Sensitivities on disk: the influence of each uncertain number, as JSON."""

from pathlib import Path
from typing import Annotated, Literal

from annotated_types import Len

from porelight.course.documents import Document
from porelight.data.library import Flag
from porelight.files.documents import (
    Days,
    DocumentModel,
    WholeNumber,
    load_document,
)
from porelight.files.kinds import ResultKind, json_with
from porelight.files.toml_tables import number
from porelight.inference.sensitivity import Sensitivity

FORMAT = "porelight-sensitivity-1"
SENSITIVITY = ResultKind(
    "a table of sensitivities", (".json",), json_with("porelight-sensitivity-")
)


# a share of the variance; an estimate of one may lie a little outside of 0 to 1
Index = Annotated[float, number("1", -100.0, 100.0, "a share of the variance, estimated")]
HalfWidth = Annotated[float, number("1", 0.0, 1000.0, "half the interval of such an estimate")]


class FactorModel(DocumentModel):
    """What one uncertain number does."""

    name: str
    evidence: Flag | Literal["many"]
    total_order: Index
    total_order_error: HalfWidth
    first_order: Index
    first_order_error: HalfWidth


class SensitivityModel(DocumentModel):
    """A document of sensitivities."""

    format: str
    outcome: str
    day: Days
    runs: WholeNumber
    seed: WholeNumber
    factors: Annotated[list[FactorModel], Len(min_length=1)]


def sensitivity_document(result: Sensitivity) -> Document:
    """Return the indices as a document, the factor with the largest total order first."""
    return {
        "format": FORMAT,
        "outcome": result.name,
        "day": result.day,
        "runs": int(result.change.size),
        "seed": result.seed,
        "factors": [
            {
                "name": name,
                "evidence": result.evidence[i],
                "total_order": float(result.total_order[i]),
                "total_order_error": float(result.total_error[i]),
                "first_order": float(result.first_order[i]),
                "first_order_error": float(result.first_error[i]),
            }
            for i, name in enumerate(result.factors)
        ],
    }


def load_sensitivity(path: Path) -> Document:
    """Read a document back.

    Raises
    ------
    InputFileError
        If the file is missing or holds something else.
    """
    wanted = "the JSON that 'porelight sensitivity' writes"
    return load_document(path, FORMAT, "a table of sensitivities", wanted, SensitivityModel)
