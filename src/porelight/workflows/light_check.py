"""Shares of the light beside those that another program found for the same layers."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from porelight.errors import ParameterError
from porelight.light.tally_regions import Share
from porelight.tissue.optics import LayeredOptics
from porelight.workflows.light import LightResult
from porelight.workflows.light_shares import concise

_COLUMNS = ("thickness", "mu_a", "mu_s", "anisotropy", "refractive_index")
_FEW_DIGITS = 1e-6  # coefficients that went through a text


@dataclass(frozen=True, slots=True)
class SharePair:
    """One share of the light by both programs.

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
    """A run beside the result of another program.

    Attributes
    ----------
    pairs : tuple of SharePair
        Every share that both programs know.
    """

    pairs: tuple[SharePair, ...]

    @property
    def worst(self) -> SharePair:
        """The share that differs most."""
        return max(self.pairs, key=lambda pair: abs(pair.z_score))

    def __repr__(self) -> str:
        """Return a line for each share: ours, theirs, and the difference in standard errors."""
        return "\n".join(
            f"{pair.name}: {concise(pair.ours)} here, {concise(pair.theirs)} there, "
            f"z {pair.z_score:.1f}"
            for pair in self.pairs
        )


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
    return LightCheck(pairs)


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
