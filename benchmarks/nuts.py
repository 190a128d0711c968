r"""The posterior again by another road: Hamiltonian Monte Carlo on a response surface.

Importance weights (`porelight.inference.calibration`) use the model itself but waste the draws
that no trial supports. Here a quadratic surface in the normal scores u of the most telling
parameters stands for the model,

.. math:: \ln(-\ln a) = \beta_0 + \beta^T u + u^T B\,u + s\,\epsilon,
          \qquad u, \epsilon \sim N(0, 1),

with a the area over its start and s the spread that the other parameters leave, and the No-U-Turn
sampler [1]_ of numpyro [2]_ draws u given the measured a. The two must agree; that is the check of
both. numpyro is no part of porelight, so it is lent to one run, from the repository::

    uv run --with numpyro python benchmarks/calibrate.py --nuts

References
----------
.. [1] M. D. Hoffman, A. Gelman, "The No-U-Turn sampler," J. Mach. Learn. Res. 15, 1593-1623 (2014).
.. [2] D. Phan, N. Pradhan, M. Jankowiak, "Composable effects for flexible and accelerated
   probabilistic programming in NumPyro," arXiv:1912.11554 (2019).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtri

from porelight.errors import ParameterError
from porelight.inference.calibration import Calibration, saedi_change, saedi_deviation
from porelight.quantities import Floats

ACTIVE = 10  # parameters that the surface knows; the rest is its spread
_LEAST_FALL = 1e-3  # of ln a: what grows or stays is told apart from shrinkage no further


@dataclass(frozen=True, slots=True, eq=False)
class ResponseSurface:
    """ln(-ln a) as a quadratic function of a few normal scores, and the spread around it.

    Attributes
    ----------
    names : tuple of str
        Parameters, the most telling first.
    constant, spread : float
        Value where all parameters are at their medians; standard deviation of the residual [-].
    linear : ndarray of float64, shape (n_name,)
        Slopes per normal score.
    quadratic : ndarray of float64, shape (n_name, n_name)
        Upper triangle of B.
    explained : float
        Share of the variance that it explains on draws that were not used for the fit, 0 to 1.
    """

    names: tuple[str, ...]
    constant: float
    linear: Floats
    quadratic: Floats
    spread: float
    explained: float

    @classmethod
    def of(
        cls, values: Mapping[str, Floats], area: Floats, n_active: int = ACTIVE
    ) -> "ResponseSurface":
        """Return the surface through draws of the model.

        Parameters
        ----------
        values : mapping of str to ndarray of float64, shape (n_draw,)
            Draws from the priors.
        area : ndarray of float64, shape (n_draw,)
            Area over its start in each [-].
        n_active : int
            How many parameters the surface keeps, the most telling ones.

        Raises
        ------
        ParameterError
            If there are too few draws for the number of coefficients.
        """
        n_terms = 1 + n_active + n_active * (n_active + 1) // 2
        if area.size < 4 * n_terms:
            raise ParameterError(
                f"{area.size} draws for a surface of {n_terms} coefficients; draw {4 * n_terms} or "
                "more, or keep fewer parameters."
            )
        response = np.log(np.maximum(-np.log(area), _LEAST_FALL))
        scores = {name: normal_scores(column) for name, column in values.items()}
        told = {name: abs(float(np.corrcoef(u, response)[0, 1])) for name, u in scores.items()}
        names = tuple(sorted(told, key=lambda name: -told[name])[:n_active])
        u = np.array([scores[name] for name in names]).T
        upper = np.triu_indices(n_active)
        terms = np.hstack([np.ones((area.size, 1)), u, u[:, upper[0]] * u[:, upper[1]]])
        # every fourth draw is kept to judge the fit by
        judge = np.arange(area.size) % 4 == 0
        found = np.linalg.lstsq(terms[~judge], response[~judge], rcond=None)[0]
        residual = response[judge] - terms[judge] @ found
        quadratic = np.zeros((n_active, n_active))
        quadratic[upper] = found[1 + n_active :]
        spread = float(residual.std())
        return cls(
            names=names,
            constant=float(found[0]),
            linear=found[1 : 1 + n_active],
            quadratic=quadratic,
            spread=spread,
            explained=1.0 - spread**2 / float(response[judge].var()),
        )


@dataclass(frozen=True, slots=True, eq=False)
class NutsPosterior:
    """The posterior as the No-U-Turn sampler draws it.

    Attributes
    ----------
    surface : ResponseSurface
        The surface that stood for the model.
    scores : dict of ndarray of float64, shape (n_sample,)
        Normal scores by parameter; 0 is the median of its prior, 1 a standard deviation above.
    effective : dict of float
        Effective sample size by parameter.
    divergences : int
        Steps at which the sampler lost its way; 0 in a sound run.
    """

    surface: ResponseSurface
    scores: Mapping[str, Floats]
    effective: Mapping[str, float]
    divergences: int


def normal_scores(column: Floats) -> Floats:
    """Return the normal scores of draws by their ranks, shape (n_draw,).

    Examples
    --------
    >>> normal_scores(np.array([3.0, 1.0, 2.0])).round(2)
    array([ 0.97, -0.97,  0.  ])
    """
    rank = np.argsort(np.argsort(column, kind="stable"), kind="stable")
    return np.asarray(ndtri((rank + 0.5) / column.size))


def nuts_posterior(
    result: Calibration, *, n_samples: int = 2000, n_active: int = ACTIVE, seed: int = 1
) -> NutsPosterior:
    """Return the posterior of the calibrating trial, drawn by the No-U-Turn sampler.

    Parameters
    ----------
    result : Calibration
        Its draws from the priors, and the area in each, make the surface; its weights are not used.
    n_samples : int
        Draws kept; half as many are spent on warming up.
    n_active : int
        Parameters that the surface knows.
    seed : int
        The same seed gives the same draws on the same kind of machine.

    Raises
    ------
    ImportError
        If numpyro is not there.
    """
    import jax  # noqa: PLC0415  the surface can be used without the sampler
    import numpyro  # noqa: PLC0415
    from numpyro.diagnostics import effective_sample_size  # noqa: PLC0415
    from numpyro.distributions import Normal  # noqa: PLC0415
    from numpyro.infer import MCMC, NUTS  # noqa: PLC0415

    surface = ResponseSurface.of(result.values, result.area, n_active)
    measured, deviation = float(saedi_change()[0]), saedi_deviation()

    def model() -> None:
        with numpyro.plate("parameters", n_active):
            u = numpyro.sample("u", Normal(0.0, 1.0))
        rest = numpyro.sample("rest", Normal(0.0, 1.0))
        fall = surface.constant + surface.linear @ u + u @ surface.quadratic @ u
        log_area = -jax.numpy.exp(fall + surface.spread * rest)
        numpyro.sample("measured", Normal(log_area, deviation), obs=measured)

    sampler: Any = MCMC(
        NUTS(model), num_warmup=n_samples // 2, num_samples=n_samples, progress_bar=False
    )
    sampler.run(jax.random.PRNGKey(seed), extra_fields=("diverging",))
    drawn = np.asarray(sampler.get_samples()["u"], dtype=np.float64)
    sizes = np.atleast_1d(effective_sample_size(drawn[np.newaxis]))
    return NutsPosterior(
        surface=surface,
        scores={name: drawn[:, i] for i, name in enumerate(surface.names)},
        effective={name: float(sizes[i]) for i, name in enumerate(surface.names)},
        divergences=int(np.asarray(sampler.get_extra_fields()["diverging"]).sum()),
    )
