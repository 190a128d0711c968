r"""Generalised least squares with intervals that hold for few subjects and a wrong covariance.

Of :math:`y_i = X_i\beta + e_i` for subjects :math:`i`, weighted by the inverse of a working
covariance :math:`\Phi_i`, the bias-reduced variance "CR2" [1]_, [2]_ is

.. math::

   V = M \Bigl(\sum_i X_i^T \Phi_i^{-1} A_i r_i r_i^T A_i \Phi_i^{-1} X_i\Bigr) M, \qquad
   M = \Bigl(\sum_i X_i^T \Phi_i^{-1} X_i\Bigr)^{-1},

with residuals :math:`r_i` and matrices :math:`A_i` that make it unbiased where the working
covariance is right. It is consistent whatever the covariance within a subject is. A contrast is
compared with Student's t; its degrees of freedom are Satterthwaite's, from the first two moments of
its variance under the working covariance. With equal numbers of everything the paired t test comes
out exactly, and for two groups the standard error of Welch's.

References
----------
.. [1] R. M. Bell, D. F. McCaffrey, "Bias reduction in standard errors for linear regression with
   multi-stage samples," Survey Methodology 28, 169-181 (2002).
.. [2] J. E. Pustejovsky, E. Tipton, "Small-sample methods for cluster-robust variance estimation
   and hypothesis testing in fixed effects models," J. Bus. Econ. Stat. 36, 672-683 (2018).
   doi:10.1080/07350015.2016.1247004
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from porelight.errors import ParameterError
from porelight.quantities import Floats

_SMALLEST = 1e-10  # share of the largest possible eigenvalue that tells anything


@dataclass(frozen=True, slots=True, eq=False)
class SubjectRows:
    """What one subject brings.

    Attributes
    ----------
    design : ndarray of float64, shape (n, p)
        Its rows of the design.
    value : ndarray of float64, shape (n,)
        What was measured.
    covariance : ndarray of float64, shape (n, n)
        Working covariance of the values; positive definite.
    """

    design: Floats
    value: Floats
    covariance: Floats


@dataclass(frozen=True, slots=True, eq=False)
class WeightedFit:
    """Coefficients of generalised least squares.

    Attributes
    ----------
    coefficients : ndarray of float64, shape (p,)
        In the order of the columns of the design.
    bread : ndarray of float64, shape (p, p)
        Their covariance if the working covariance is right.
    pulls : ndarray of float64, shape (subjects, p, n)
        By what each subject's residuals move the coefficients, bias-reduced; rows of subjects with
        fewer values than the most end in zeros.
    residuals : ndarray of float64, shape (subjects, n)
        Residuals, filled in the same way.
    """

    coefficients: Floats
    bread: Floats
    pulls: Floats
    residuals: Floats
    _design: Floats
    _covariance: Floats

    def model_error(self, contrast: Floats) -> float:
        """Return the standard error of a contrast if the working covariance is right."""
        return float(np.sqrt(contrast @ self.bread @ contrast))

    def robust_error(self, contrast: Floats) -> tuple[float, float]:
        """Return the standard error of a contrast (CR2), and its degrees of freedom.

        Parameters
        ----------
        contrast : ndarray of float64, shape (p,)
            Weights of the coefficients.
        """
        pull = np.einsum("p,ipn->in", contrast, self.pulls)
        moved = np.einsum("in,in->i", pull, self.residuals)
        own = np.einsum("in,inm,im->i", pull, self._covariance, pull)
        through = np.einsum("inp,in->ip", self._design, pull)
        shared = through @ self.bread @ through.T
        products = np.diag(own) - shared
        squares = float((products**2).sum())
        if not squares > 0.0:
            return 0.0, 0.0
        return float(np.sqrt((moved**2).sum())), float(np.trace(products) ** 2 / squares)


def weighted_fit(subjects: Sequence[SubjectRows]) -> WeightedFit:
    """Fit the coefficients.

    Parameters
    ----------
    subjects : sequence of SubjectRows
        One for each subject.

    Raises
    ------
    ParameterError
        If the columns of the design say the same.
    """
    inverses = [np.linalg.inv(one.covariance) for one in subjects]
    p = subjects[0].design.shape[1]
    information, pulled = np.zeros((p, p)), np.zeros(p)
    for one, weight in zip(subjects, inverses, strict=True):
        information += one.design.T @ weight @ one.design
        pulled += one.design.T @ weight @ one.value
    if np.linalg.matrix_rank(information, hermitian=True) < p:
        raise ParameterError("two columns of the design say the same; leave one of them out.")
    bread: Floats = np.asarray(np.linalg.inv(information), np.float64)
    coefficients = bread @ pulled
    most = max(one.value.size for one in subjects)
    pulls, residuals = np.zeros((len(subjects), p, most)), np.zeros((len(subjects), most))
    design = np.zeros((len(subjects), most, p))
    covariance = np.zeros((len(subjects), most, most))
    for i, (one, inverse) in enumerate(zip(subjects, inverses, strict=True)):
        n = one.value.size
        adjusted = _adjustment(one, bread)
        pulls[i, :, :n] = bread @ one.design.T @ inverse @ adjusted
        residuals[i, :n] = one.value - one.design @ coefficients
        design[i, :n], covariance[i, :n, :n] = one.design, one.covariance
    return WeightedFit(coefficients, bread, pulls, residuals, design, covariance)


def _adjustment(one: SubjectRows, bread: Floats) -> Floats:
    """Return the matrix that makes the square of a subject's residuals unbiased."""
    root = np.linalg.cholesky(one.covariance).T
    left = root @ (one.covariance - one.design @ bread @ one.design.T) @ root.T
    values, vectors = np.linalg.eigh(0.5 * (left + left.T))
    kept = values > _SMALLEST * float(np.linalg.norm(one.covariance, 2)) ** 2
    scaled = vectors[:, kept] / np.sqrt(values[kept])
    return np.asarray(root.T @ (scaled @ vectors[:, kept].T) @ root)
