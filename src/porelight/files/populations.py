"""What was learned across people, as JSON: draws for anybody's forecast, and how far they go."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
from annotated_types import Len

from porelight import __version__
from porelight.course.documents import Document
from porelight.data.library import fingerprint
from porelight.errors import InputFileError
from porelight.files.documents import DocumentModel, FractionNumber, WholeNumber, load_document
from porelight.files.kinds import ResultKind, folder_of
from porelight.files.toml_tables import number
from porelight.inference.population import LearnedPopulation

if TYPE_CHECKING:
    from porelight.workflows.learn import LearnedStudy

FORMAT = "porelight-population-1"
PAGE, DOCUMENT = "learned.html", "population.json"
POPULATION = ResultKind(
    "what was learned across people",
    (),
    folder_of((PAGE, DOCUMENT), DOCUMENT, "porelight-population-"),
)
_WANTED = "the folder that 'porelight learn' writes, or the population.json in it"

Score = Annotated[float, number("1", -1e6, 1e6, "a number of standard deviations, or a shape")]


class IntervalModel(DocumentModel):
    """Three quantiles."""

    low: float
    median: float
    high: float


class UnknownModel(DocumentModel):
    """What was learned of one number."""

    name: str
    before: IntervalModel
    after: IntervalModel
    narrower: float
    shift: float


class TreatmentModel(DocumentModel):
    """What was learned of the next person treated alike."""

    treatment: str
    subjects: WholeNumber
    before: IntervalModel
    after: IntervalModel
    narrower: float


class PopulationModel(DocumentModel):
    """The document."""

    format: str
    porelight_version: str
    data_fingerprint: str
    subjects: list[str]
    subjects_left_out: dict[str, str]
    members: Annotated[int, number("members", 1, 200, "draws of the physics")]
    seed: WholeNumber
    photons: WholeNumber
    knowledge_draws: WholeNumber
    effective_draws: Score
    pareto_k: Score | None
    blur: Score
    conflict: Score
    follow_ups: WholeNumber
    inside_90_percent: FractionNumber | None
    forecasts: list[TreatmentModel]
    unknowns: list[UnknownModel]
    draws: dict[str, Annotated[list[float], Len(min_length=1)]]


def population_document(found: "LearnedStudy") -> Document:
    """Return what was learned as a document; numbers in SI."""
    known = found.known
    share, n = found.worlds.inside(known)
    return {
        "format": FORMAT,
        "porelight_version": __version__,
        "data_fingerprint": fingerprint(),
        "subjects": [one.name for one in found.worlds.subjects],
        "subjects_left_out": dict(found.left_out),
        "members": found.settings.members,
        "seed": found.settings.seed,
        "photons": found.settings.photons,
        "knowledge_draws": found.worlds.n_knowledge,
        "effective_draws": known.effective_draws,
        "pareto_k": known.pareto_k if np.isfinite(known.pareto_k) else None,
        "blur": known.blur,
        "conflict": known.conflict,
        "follow_ups": n,
        "inside_90_percent": share if n else None,
        "forecasts": [
            {
                "treatment": one.treatment,
                "subjects": one.subjects,
                "before": _interval(one.before.low, one.before.median, one.before.high),
                "after": _interval(one.after.low, one.after.median, one.after.high),
                "narrower": one.narrower,
            }
            for one in found.forecasts()
        ],
        "unknowns": [
            {
                "name": one.name,
                "before": _interval(*one.before.tolist()),
                "after": _interval(*one.after.tolist()),
                "narrower": one.narrower,
                "shift": one.shift,
            }
            for one in found.unknowns()
        ],
        "draws": {name: values.tolist() for name, values in found.population.values.items()},
    }


def load_population(path: Path) -> LearnedPopulation:
    """Read back what was learned, from the document or the folder that holds it.

    Raises
    ------
    InputFileError
        If it is missing or something else, or was learned with other data files: their priors and
        their physics are others, and draws that go with the old ones say nothing of them.
    """
    file = path / DOCUMENT if path.is_dir() else path
    document = load_document(file, FORMAT, "what was learned", _WANTED, PopulationModel)
    if document["data_fingerprint"] != fingerprint():
        raise InputFileError(
            f"{file}: learned with the data files {document['data_fingerprint']}, these are "
            f"{fingerprint()}; run 'porelight learn' again."
        )
    values = {name: np.array(column) for name, column in document["draws"].items()}
    if len({column.size for column in values.values()}) != 1:
        raise InputFileError(f"{file}: its draws are not as many of each number. Was it edited?")
    return LearnedPopulation(
        values, document["members"], document["seed"], len(document["subjects"])
    )


def _interval(low: float, median: float, high: float) -> Document:
    return {"low": low, "median": median, "high": high}
