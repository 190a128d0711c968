"""A sweep over skin tones against what each tone has by itself."""

import numpy as np

from porelight.laser.beam import Beam
from porelight.light.adding_doubling import layered_totals
from porelight.light.sweep import sweep
from porelight.tissue.optics import LayeredOptics
from porelight.validation.case import CaseResult
from porelight.validation.code.light import FIVE_LAYER_SKIN, Case
from porelight.validation.code.light_kernels import blocks

# absorption of the epidermis from the fairest to the darkest skin, in the visible [1/m]
_EPIDERMIS = (50.0, 100.0, 200.0, 350.0, 600.0, 1000.0)
_ADDING_DOUBLING_ERROR = 2e-5


def toned(mu_a: float) -> LayeredOptics:
    """Return the five-layer skin with an epidermis of this absorption [1/m]."""
    skin = FIVE_LAYER_SKIN
    return LayeredOptics(
        thickness=skin.thickness,
        mu_a=np.concatenate([[mu_a], skin.mu_a[1:]]),
        mu_s=skin.mu_s,
        anisotropy=skin.anisotropy,
        refractive_index=skin.refractive_index,
        index_above=skin.index_above,
        index_below=skin.index_below,
    )


def skin_tones(n_photons: int, seed: int) -> list[CaseResult]:
    """T1: six tones from one run, against adding-doubling for each; energy closes for each."""
    tones = [toned(mu_a) for mu_a in _EPIDERMIS]
    grid = blocks(radius=4e-3, depth=6e-3, n_r=10, n_z=10)
    fields = sweep(tones, Beam("flat-top", 5e-3), grid, n_photons=n_photons, seed=seed)
    title, source = "six skin tones from one run", "adding-doubling for each tone by itself"
    results = []
    for mu_a, optics, field in zip(_EPIDERMIS, tones, fields, strict=True):
        exact = layered_totals(optics)
        found = (
            ("R", field.reflectance, field.reflectance_error, exact.reflectance),
            (
                "absorbed, epidermis",
                float(field.by_layer[0]),
                float(field.by_layer_error[0]),
                float(exact.by_layer[0]),
            ),
        )
        for name, share, error, expected in found:
            results.append(
                CaseResult(
                    key="T1",
                    title=title,
                    quantity=f"{name}, mu_a {mu_a / 1e3:g} /mm",
                    unit="1",
                    expected=expected,
                    found=share,
                    standard_error=error,
                    tolerance=0.0,
                    source=source,
                    expected_error=_ADDING_DOUBLING_ERROR,
                )
            )
    worst = max((field.balance for field in fields), key=lambda balance: abs(balance - 1.0))
    closes = CaseResult(
        "T1", title, "energy balance, worst", "1", 1.0, worst, 0.0, 1e-12, "conservation of energy"
    )
    return [*results, closes]


CASES: tuple[Case, ...] = (skin_tones,)
