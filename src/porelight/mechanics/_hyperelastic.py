r"""Stored energy of a neo-Hookean constrained mixture, its stress and its tangent.

Pool i fills its share of the tissue with the shear modulus :math:`\mu_i` and is free when the
tissue is stretched by :math:`g_{r,i}, g_{\theta,i}, g_{z,i}`. With :math:`\mu = \sum_i \mu_i` and
:math:`a_k = \sum_i \mu_i / g_{k,i}^2` the sum of the pools is

.. math::
    W = \tfrac12\bigl[a_r (F_{rr}^2 + F_{zr}^2) + a_z (F_{rz}^2 + F_{zz}^2)
        + a_\theta F_{\theta\theta}^2\bigr] - \sum_i \mu_i \bigl(\ln J_i + \tfrac32\bigr)
        + p\,(J/J_0 - 1) - \frac{p^2}{2\lambda} ,

J the volume ratio, :math:`J_i = J/(g_{r,i}\,g_{\theta,i}\,g_{z,i})` that of a pool, p a pressure
of its own (a Lagrange multiplier when the tissue is incompressible, 1/lambda = 0) and J0 the volume
at which the tissue is free. However many pools there are, three numbers :math:`a_k` a point hold
them all.
"""

from dataclasses import dataclass

import numpy as np

from porelight.quantities import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Tissue:
    """Material at points; arrays of shape (n_element, n_point) unless stated."""

    stiffness: Floats  # a in the order of F, (n_element, n_point, 5)
    shear: Floats  # mu
    compliance: Floats  # 1 / lambda
    free_volume: Floats  # J0
    pool_volume: Floats  # sum of mu_i times the logarithm of the volume at which pool i is free

    def towards(self, other: "Tissue", share: float) -> "Tissue":
        """Return the tissue at `share` of the way to another one."""
        return Tissue(
            self.stiffness + share * (other.stiffness - self.stiffness),
            self.shear + share * (other.shear - self.shear),
            self.compliance + share * (other.compliance - self.compliance),
            self.free_volume + share * (other.free_volume - self.free_volume),
            self.pool_volume + share * (other.pool_volume - self.pool_volume),
        )

    def energy(self, deformation: Floats, pressure: Floats) -> Floats:
        """Return W; `deformation` is F (..., 5), `pressure` p (...)."""
        jacobian = volume_ratio(deformation)
        isochoric = 0.5 * (self.stiffness * deformation**2).sum(axis=-1)
        volumetric = pressure * (jacobian / self.free_volume - 1.0)
        entropic = self.shear * (np.log(jacobian) + 1.5) - self.pool_volume
        return np.asarray(isochoric - entropic + volumetric - 0.5 * pressure**2 * self.compliance)

    def stress(self, deformation: Floats, pressure: Floats) -> tuple[Floats, Floats]:
        """Return dW/dF (..., 5) and dW/dp (...)."""
        jacobian = volume_ratio(deformation)
        spherical = pressure / self.free_volume - self.shear / jacobian
        first = self.stiffness * deformation + spherical[..., None] * cofactor(deformation)
        return first, jacobian / self.free_volume - 1.0 - pressure * self.compliance

    def tangent(self, deformation: Floats, pressure: Floats) -> tuple[Floats, Floats, Floats]:
        """Return d2W/dF2 (..., 5, 5), d2W/dF dp (..., 5) and d2W/dp2 (...)."""
        jacobian = volume_ratio(deformation)
        cof = cofactor(deformation)
        spherical = pressure / self.free_volume - self.shear / jacobian
        second = spherical[..., None, None] * second_of_volume(deformation)
        second += (
            (self.shear / jacobian**2)[..., None, None] * cof[..., :, None] * cof[..., None, :]
        )
        places = np.arange(5)
        second[..., places, places] += self.stiffness
        return second, cof / self.free_volume[..., None], -self.compliance


def volume_ratio(deformation: Floats) -> Floats:
    """Return J of F (..., 5)."""
    rr, rz, zr, zz, hoop = np.moveaxis(deformation, -1, 0)
    return np.asarray((rr * zz - rz * zr) * hoop)


def cofactor(deformation: Floats) -> Floats:
    """Return dJ/dF (..., 5)."""
    rr, rz, zr, zz, hoop = np.moveaxis(deformation, -1, 0)
    return np.stack([zz * hoop, -zr * hoop, -rz * hoop, rr * hoop, rr * zz - rz * zr], axis=-1)


def second_of_volume(deformation: Floats) -> Floats:
    """Return d2J/dF2 (..., 5, 5), symmetric."""
    rr, rz, zr, zz, hoop = np.moveaxis(deformation, -1, 0)
    second = np.zeros((*deformation.shape, 5))
    for i, j, value in (
        *((0, 3, hoop), (1, 2, -hoop)),
        *((0, 4, zz), (3, 4, rr), (1, 4, -zr), (2, 4, -rz)),
    ):
        second[..., i, j] = second[..., j, i] = value
    return second
