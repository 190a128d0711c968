"""Compare the shape of importance weights with ArviZ's: run from the repository.

uv run --with arviz-stats python benchmarks/pareto_k.py

Prints both for weights of many kinds, and fails if two are apart. At the end it prints the numbers
that tests/inference/test_importance.py keeps.
"""

import sys

import numpy as np

from porelight.inference.importance import pareto_k

LARGEST = 1e-9  # between the two: ArviZ leaves out what the likelihood gives less than 2e-15


def cases():
    """Yield a name and log weights."""
    for n_draws in (30, 200, 226, 1000, 8000):
        for shape in (0.0, 0.3, 0.7, 1.2):
            draws = np.random.default_rng(n_draws).exponential(size=n_draws)
            yield f"Pareto {shape:g}, {n_draws} draws", shape * draws + 0.01 * draws**2
        x = 0.7 * np.random.default_rng(n_draws).standard_normal(n_draws)
        yield f"normal, {n_draws} draws", 0.5 * x**2 * (1.0 / 0.7**2 - 1.0)
        x = np.random.default_rng(n_draws).standard_normal(n_draws)
        yield f"likelihood, {n_draws} draws", -0.5 * (x - 1.5) ** 2 / 0.3**2


def main():
    """Compare."""
    try:
        from arviz_stats.base import array_stats  # noqa: PLC0415  not installed with porelight
    except ImportError:
        sys.exit(
            "arviz-stats is not installed; run "
            "'uv run --with arviz-stats python benchmarks/pareto_k.py'."
        )
    worst = 0.0
    for name, log_weights in cases():
        ours = pareto_k(log_weights)
        theirs = float(array_stats.psislw(-log_weights)[1])  # takes them with the other sign
        worst = max(worst, abs(ours - theirs))
        print(f"{name:28} {ours:+.12f} {theirs:+.12f}")
    print(f"largest difference {worst:.1e}")
    if worst > LARGEST:
        sys.exit(f"expected below {LARGEST:g}.")


if __name__ == "__main__":
    main()
