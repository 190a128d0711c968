"""Shares of the light beside those of MCML or of adding-doubling, for the same layers."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from porelight.errors import ParameterError
from porelight.laser.beam import DIFFUSE, Beam
from porelight.light.adding_doubling import Incidence, layered_totals
from porelight.light.run import PHOTONS_PER_BATCH
from porelight.light.tally_regions import Share
from porelight.tissue.optics import LayeredOptics
from porelight.workflows.light import LightResult
from porelight.workflows.light_shares import concise

_COLUMNS = ("thickness", "mu_a", "mu_s", "anisotropy", "refractive_index")
_FEW_DIGITS = 1e-6  # of coefficients that went through a text, of shares as they are shown
_ENOUGH_BATCHES = 16  # that know a standard error to a fifth
# directions of adding-doubling, and fewer: what the more change is taken as the error
_N_ANGLES = (64, 48)


@dataclass(frozen=True, slots=True)
class SharePair:
    """One share of the light, twice.

    Attributes
    ----------
    name : str
        Name of the share.
    ours, theirs : Share
        Mean and standard error.
    """

    name: str
    ours: Share
    theirs: Share

    @property
    def z_score(self) -> float:
        """Difference over its standard error; 0 where both agree exactly."""
        apart = self.ours.mean - self.theirs.mean
        error = math.hypot(self.ours.standard_error, self.theirs.standard_error)
        # a share with no error of its own is a formula; both print six digits of it
        return apart / max(error, _FEW_DIGITS)


@dataclass(frozen=True, slots=True, repr=False)
class LightCheck:
    """A run beside another result for the same layers.

    Attributes
    ----------
    pairs : tuple of SharePair
        Every share that both know.
    n_batches : int
        Batches of photons of the run, whose scatter gives its standard errors.
    """

    pairs: tuple[SharePair, ...]
    n_batches: int

    @property
    def worst(self) -> SharePair:
        """The share that differs most."""
        return max(self.pairs, key=lambda pair: abs(pair.z_score))

    @property
    def note(self) -> str:
        """What a reader must know besides the numbers; empty if there is nothing."""
        if self.n_batches >= _ENOUGH_BATCHES:
            return ""
        unsure = 100.0 / math.sqrt(2.0 * (self.n_batches - 1)) if self.n_batches > 1 else math.inf
        return (
            f"The run's standard errors come from {self.n_batches} batches of photons and are "
            f"known to {unsure:.0f} % only; follow {_ENOUGH_BATCHES * PHOTONS_PER_BATCH:,} photons "
            "or more."
        )

    def __repr__(self) -> str:
        """Return a line for each share: ours, theirs, and the difference in standard errors."""
        lines = [
            f"{pair.name}: {concise(pair.ours)} here, {concise(pair.theirs)} there, "
            f"z {pair.z_score:.1f}"
            for pair in self.pairs
        ]
        return "\n".join([*lines, self.note] if self.note else lines)


def light_check(
    result: LightResult, optics: LayeredOptics, theirs: Mapping[str, Share]
) -> LightCheck:
    """Return shares of a run beside those of another program.

    Parameters
    ----------
    result : LightResult
        The run.
    optics : LayeredOptics
        The layers that the other program followed light through.
    theirs : mapping of str to Share
        Its shares of the delivered light by our names; "absorbed" is that of all layers together.

    Raises
    ------
    ParameterError
        If the two are of different layers, or no share has the same name.
    """
    _require_same(result.setup.optics, optics)
    absorbed = result.field.by_region
    ours = {name: result.run.share(name) for name in result.run.names}
    if len(result.run.region_names) == 1:
        ours["absorbed"] = result.run.share(result.run.region_names[0])
    else:
        # what is not absorbed has left, and leaves with the error of that
        left = (result.field.reflectance_error, result.field.transmittance_error)
        ours["absorbed"] = Share(float(absorbed.sum()), math.hypot(*left))
    pairs = tuple(SharePair(name, ours[name], share) for name, share in theirs.items())
    return LightCheck(pairs, result.run.averages.n_batches)


def adding_doubling_check(result: LightResult) -> LightCheck:
    """Return shares of a run beside those of adding-doubling, which needs no random numbers.

    Parameters
    ----------
    result : LightResult
        A run in plane layers, under rays of one direction or diffuse light.

    Returns
    -------
    LightCheck
        Specular share, reflectance, transmittance and every layer. The error of adding-doubling
        is what 64 directions change against 48, at least 1e-6.

    Raises
    ------
    ParameterError
        If there is what adding-doubling does not know: a pore, vessels, mirrors, a time gate, a
        beam of many angles.

    References
    ----------
    H. C. van de Hulst, Multiple Light Scattering, Academic Press (1980).

    Examples
    --------
    >>> from porelight import Beam, LightSetup, Skin, light_run
    >>> setup = LightSetup.of_skin(Skin.typical("cheek", 3, 40.0), 1064e-9, Beam("flat-top", 5e-3))
    >>> found = adding_doubling_check(light_run(setup, photons=150_000))
    >>> abs(found.worst.z_score) < 5.0
    True
    """
    setup, scene = result.setup, result.run.scene
    inside = (
        ("a pore", setup.follicle is not None),
        ("vessels", bool(setup.vessels)),
        ("a mirror for a face", "mirror" in (setup.boundary.top, setup.boundary.bottom)),
        ("a time gate", setup.time_gate is not None),
    )
    unknown = [name for name, is_there in inside if is_there]
    if unknown:
        raise ParameterError(
            f"the run has {' and '.join(unknown)}; adding-doubling is for light in plane layers, "
            "followed to its end. Check a case without, or against another program."
        )
    many, few = (
        layered_totals(
            scene.optics,
            n_angles=n_angles,
            incidence=_incidence(setup.beam),
            source_depth=setup.source_depth,
        )
        for n_angles in _N_ANGLES
    )
    theirs = {
        name: _settled(getattr(many, name), getattr(few, name))
        for name in ("specular", "reflectance", "transmittance")
    }
    layers = zip(many.by_layer.tolist(), few.by_layer.tolist(), strict=True)
    for name, (more, fewer) in zip(result.run.region_names, layers, strict=True):
        theirs[name] = _settled(more, fewer)
    return LightCheck(
        tuple(SharePair(name, result.run.share(name), share) for name, share in theirs.items()),
        result.run.averages.n_batches,
    )


def _settled(more: float, fewer: float) -> Share:
    """Return a share by many directions; what they change against fewer is its error."""
    return Share(more, max(abs(more - fewer), _FEW_DIGITS))


def _incidence(beam: Beam) -> Incidence:
    """Return the direction of a beam as adding-doubling knows it."""
    if beam.spreading == "lambertian":
        return "lambertian"
    if beam.spreading == "isotropic":
        return "isotropic"
    if beam.spreading not in {"beam", "fibre"} or beam.half_angle != 0.0:
        raise ParameterError(
            "the beam has many angles; adding-doubling is for rays of one direction, and for "
            f"{' or '.join(DIFFUSE)} light. Check the case with half_angle 0 first."
        )
    return beam.tilt


def _require_same(mine: LayeredOptics, its: LayeredOptics) -> None:
    if mine.n_layers != its.n_layers:
        raise ParameterError(
            f"the run has {mine.n_layers} layers and the other program {its.n_layers}; expected "
            "the same case."
        )
    for name in _COLUMNS:
        here, there = getattr(mine, name), getattr(its, name)
        same = np.isclose(here, there, rtol=_FEW_DIGITS, atol=0.0)
        if not same.all():
            i = int(np.argmin(same))
            raise ParameterError(
                f"{name} of layer {i + 1} is {here[i]:g} in the run and {there[i]:g} (SI) in the "
                "other program; expected the same case."
            )
    if (mine.index_above, mine.index_below) != (its.index_above, its.index_below):
        raise ParameterError(
            f"the indices outside are {mine.index_above:g} and {mine.index_below:g} in the run, "
            f"{its.index_above:g} and {its.index_below:g} in the other program; expected the same."
        )
