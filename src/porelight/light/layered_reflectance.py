r"""Reflectance of many layered media at once: adding-doubling in closed form, about four digits.

`porelight.light.adding_doubling` doubles a thin layer until it is thick. Here the same equations
are diagonalised, so that a layer of any thickness costs one symmetric eigenproblem. With the
fluxes of a layer written as sum s and difference d of what goes down and up, and with fluxes scaled
by the square root of the quadrature's weights,

.. math:: s' = -X d, \qquad d' = -Y s,

where X and Y are symmetric and positive. With the Cholesky factor :math:`Y = C C^T` and
:math:`C^T X C = U K^2 U^T`, a slab of thickness t that is lit alike from both sides obeys
:math:`d = M s` at its face, :math:`M = C U K^{-1} \tanh(K t / 2) U^T C^T`, and one that is lit by
opposite fluxes the same with coth: together they are the reflection and the transmission.
Layers are then added from the deepest up [1]_.

References
----------
.. [1] H. C. van de Hulst, Multiple Light Scattering, Academic Press (1980).
.. [2] W. J. Wiscombe, "The delta-M method," J. Atmos. Sci. 34, 1408-1422 (1977).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from porelight.errors import ParameterError
from porelight.quantities import Floats
from porelight.tissue.optics import LayeredOptics

# directions in the medium of least refractive index, and between each and the next denser one
_NODES = 8
# the beam is one more direction; its weight is small enough to matter to no integral
_BEAM_WEIGHT = 1e-9
# absorption below which a layer would reflect everything but for rounding [1/m]
_LEAST_ABSORPTION = 1e-9
_BALANCING_STEPS = 30


class _Directions(NamedTuple):
    """Directions of every medium: column 0 is the beam, along the normal."""

    q: Floats  # (n_media, n) n sin(theta)
    weight: Floats  # (n_media, n) of the integral over q dq


def reflectances(media: Sequence[LayeredOptics]) -> Floats:
    """Return the share of a beam along the normal that layered media send back.

    Parameters
    ----------
    media : sequence of LayeredOptics
        Media of equally many layers: one skin at many wavelengths, or many skins at one. The
        deepest layer may be infinitely thick.

    Returns
    -------
    ndarray of float64, shape (n_media,)
        Specular and diffuse reflectance together [-]: all that comes back, wherever it leaves the
        surface.

    Raises
    ------
    ParameterError
        If the media differ in their number of layers, or a layer scatters mainly backwards.

    Notes
    -----
    Skin is right to 4e-4 against `porelight.light.adding_doubling.layered_totals`
    (tests/light/test_layered_reflectance.py) at a hundredth of its time.

    Examples
    --------
    >>> from porelight.tissue.optics import skin_optics
    >>> from porelight.tissue.skin import Skin
    >>> skin = Skin.typical("cheek", 2, 40.0)
    >>> bright, dark = reflectances([skin_optics(skin, at) for at in (800e-9, 1450e-9)])
    >>> bool(bright > 5.0 * dark)
    True
    """
    if len({medium.n_layers for medium in media}) > 1:
        raise ParameterError("the media differ in their number of layers; expected equally many.")
    if any((medium.anisotropy < 0.0).any() for medium in media):
        raise ParameterError("a layer has an anisotropy below 0; expected 0 to 1.")
    out = np.empty(len(media))
    alike: dict[tuple[int, ...], list[int]] = {}
    for number, medium in enumerate(media):
        alike.setdefault(_order(_indices(medium)), []).append(number)
    for numbers in alike.values():
        out[numbers] = _reflectances([media[number] for number in numbers])
    return out


def _indices(medium: LayeredOptics) -> Floats:
    """Refractive indices from above the first layer to below the last, (n_layers + 2,)."""
    return np.array([medium.index_above, *medium.refractive_index, medium.index_below])


def _order(index: Floats) -> tuple[int, ...]:
    """Return the rank of each index; equal ones share a rank."""
    return tuple(np.unique(index, return_inverse=True)[1].tolist())


def _reflectances(media: Sequence[LayeredOptics]) -> Floats:
    """Return the reflectance of media whose refractive indices stand in one order."""
    index = np.array([_indices(medium) for medium in media], dtype=np.float64)
    directions = _directions(index)
    columns = [
        np.array([getattr(medium, name) for medium in media])
        for name in ("mu_a", "mu_s", "anisotropy", "thickness")
    ]
    n = directions.q.shape[1]
    reflect = np.zeros((len(media), n, n))
    bottom = _Interface.between(directions, index[:, -2], index[:, -1])
    np.einsum("mii->mi", reflect)[...] = bottom.reflect_down
    for number in reversed(range(index.shape[1] - 2)):
        layer = _layer(directions, index[:, number + 1], *(one[:, number] for one in columns))
        reflect = _added(layer, reflect)
        face = _Interface.between(directions, index[:, number], index[:, number + 1])
        reflect = face.over(reflect)
    # out of the scaled fluxes: the beam's column, with every direction weighed
    root = np.sqrt(directions.weight)
    out: Floats = (root * reflect[:, :, 0]).sum(axis=1) / root[:, 0]
    return out


def _directions(index: Floats) -> _Directions:
    """Return a quadrature over q that is split at the index of every medium."""
    ranked = np.unique(index[0], return_index=True)[1]  # the media's columns, one of each index
    squares = np.concatenate([np.zeros((len(index), 1)), index[:, ranked] ** 2], axis=1)
    q = [np.zeros((len(index), 1))]
    weight = [np.full((len(index), 1), _BEAM_WEIGHT)]
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    angle, step = 0.25 * np.pi * (nodes + 1.0), 0.25 * np.pi * weights
    for column in range(ranked.size):
        low, wide = squares[:, column, None], np.diff(squares, axis=1)[:, column, None]
        # q^2 = low + wide sin^2: both square roots at the ends become smooth
        q.append(np.sqrt(low + wide * np.sin(angle) ** 2))
        weight.append(wide * np.sin(angle) * np.cos(angle) * step)
    return _Directions(np.concatenate(q, axis=1), np.concatenate(weight, axis=1))


def _cosine(directions: _Directions, index: Floats) -> Floats:
    """Cosine of each direction in a medium, 0 where it cannot travel there, (n_media, n)."""
    ratio = directions.q / index[:, None]
    return np.asarray(np.sqrt(np.maximum(0.0, 1.0 - ratio**2)))


class _Interface(NamedTuple):
    """Fresnel's equations for unpolarised light at a plane, (n_media, n) each."""

    reflect_down: Floats
    reflect_up: Floats
    transmit: Floats

    @classmethod
    def between(cls, directions: _Directions, n_above: Floats, n_below: Floats) -> "_Interface":
        above, below = _cosine(directions, n_above), _cosine(directions, n_below)
        passes = (above > 0.0) & (below > 0.0)
        a, b = np.where(passes, above, 1.0), np.where(passes, below, 1.0)
        top, bottom = n_above[:, None], n_below[:, None]
        s_wave = (top * a - bottom * b) / (top * a + bottom * b)
        p_wave = (top * b - bottom * a) / (top * b + bottom * a)
        reflected = 0.5 * (s_wave**2 + p_wave**2)
        return cls(
            # total reflection where the direction exists on one side only
            reflect_down=np.where(passes, reflected, above > 0.0),
            reflect_up=np.where(passes, reflected, below > 0.0),
            transmit=np.where(passes, 1.0 - reflected, 0.0),
        )

    def over(self, below: Floats) -> Floats:
        """Return the reflection of this face with what lies below it, (n_media, n, n)."""
        eye = np.eye(below.shape[1])
        inside = np.linalg.solve(eye - below * self.reflect_up[:, None, :], below)
        result = self.transmit[:, :, None] * inside * self.transmit[:, None, :]
        diagonal = np.einsum("mii->mi", result)
        diagonal += self.reflect_down
        return np.asarray(result)


def _layer(
    directions: _Directions,
    index: Floats,
    mu_a: Floats,
    mu_s: Floats,
    anisotropy: Floats,
    thickness: Floats,
) -> tuple[Floats, Floats]:
    """Return reflection and transmission of a homogeneous layer, (n_media, n, n) each."""
    n = directions.q.shape[1]
    cosine = _cosine(directions, index)
    travels = cosine[0] > 0.0
    block = np.ix_(np.arange(len(index)), travels, travels)
    mu = cosine[:, travels]
    weight = directions.weight[:, travels] / (index[:, None] ** 2 * mu)
    # delta-M: the sharpest part of the forward peak counts as not scattered [2]_
    n_moments = 2 * _NODES
    order = np.arange(n_moments)
    # where nothing scatters the anisotropy may be 1, which has no moments to speak of
    anisotropy = np.where(mu_s > 0.0, anisotropy, 0.0)
    peak = anisotropy**n_moments
    moments = (anisotropy[:, None] ** order - peak[:, None]) / (1.0 - peak[:, None])
    scatters = mu_s * (1.0 - peak)
    absorbs = np.maximum(mu_a, _LEAST_ABSORPTION)
    legendre = np.polynomial.legendre.legvander(mu, n_moments - 1)  # (m, n, k)
    coefficient = 0.5 * (2.0 * order + 1.0) * moments
    even = coefficient * (order % 2 == 0)
    odd = coefficient * (order % 2 == 1)
    transposed = legendre.transpose(0, 2, 1)
    both = 2.0 * (legendre * even[:, None, :]) @ transposed  # forward and backward together
    differ = 2.0 * (legendre * odd[:, None, :]) @ transposed
    balance = _balance(both, weight)
    both, differ = both * balance, differ * balance
    root = np.sqrt(weight / mu)
    scale = scatters[:, None, None] * root[:, :, None] * root[:, None, :]
    x, y = -scale * differ, -scale * both
    extinction = (absorbs + scatters)[:, None] / mu
    np.einsum("mii->mi", x)[...] += extinction
    np.einsum("mii->mi", y)[...] += extinction
    factor = np.linalg.cholesky(y)
    squares, vectors = np.linalg.eigh(factor.transpose(0, 2, 1) @ x @ factor)
    rate = np.sqrt(squares)
    modes = factor @ vectors  # C U
    half = np.minimum(0.5 * rate * thickness[:, None], 300.0)
    alike = _face(modes, np.tanh(half) / rate)
    opposite = _face(modes, 1.0 / (np.tanh(half) * rate))
    reflect = np.zeros((len(index), n, n))
    transmit = np.zeros_like(reflect)
    reflect[block] = 0.5 * (alike + opposite)
    transmit[block] = 0.5 * (alike - opposite)
    return reflect, transmit


def _balance(both: Floats, weight: Floats) -> Floats:
    """Return factors, symmetric, by which the quadrature neither creates nor destroys light."""
    factor = np.ones_like(weight)
    for _ in range(_BALANCING_STEPS):
        total = factor * np.einsum("mij,mj->mi", both, weight * factor)
        factor /= np.sqrt(total)
    return np.asarray(factor[:, :, None] * factor[:, None, :])


def _face(modes: Floats, ratio: Floats) -> Floats:
    """Return the reflection of a slab whose faces obey d = M s, M = modes ratio modes^T."""
    m = (modes * ratio[:, None, :]) @ modes.transpose(0, 2, 1)
    eye = np.eye(m.shape[1])
    return np.asarray(np.linalg.solve(eye + m, eye - m), dtype=np.float64)


def _added(layer: tuple[Floats, Floats], below: Floats) -> Floats:
    """Return the reflection of a layer with what lies below it."""
    reflect, transmit = layer
    eye = np.eye(below.shape[1])
    inside = np.linalg.solve(eye - below @ reflect, below @ transmit)
    return np.asarray(reflect + transmit @ inside)
