"""Shares of the light by the names that people use; a number with its error as one writes it."""

import math
from collections.abc import Sequence

from porelight.light.field import LightField
from porelight.light.tally_regions import Share


def named_shares(field: LightField, layer_names: Sequence[str]) -> dict[str, Share]:
    """Return all shares of a field by name, layers by their own.

    Parameters
    ----------
    field : LightField
        Light field of a run.
    layer_names : sequence of str
        Names of its layers, from the surface down.
    """
    names = [*layer_names, *field.region_names[field.n_layers :]]
    found = zip(field.by_region.tolist(), field.by_region_error.tolist(), strict=True)
    return {
        "specular": Share(field.specular, field.specular_error),
        "reflectance": Share(field.reflectance, field.reflectance_error),
        "transmittance": Share(field.transmittance, field.transmittance_error),
        **{name: Share(*pair) for name, pair in zip(names, found, strict=True)},
        **field.tally_shares,
    }


def concise(share: Share) -> str:
    """Return a number with its error in brackets: 0.4574(8) is 0.4574 with an error of 0.0008.

    Examples
    --------
    >>> concise(Share(0.45738, 0.00081))
    '0.4574(8)'
    """
    mean, error = share
    if not 0.0 < error < math.inf:
        return f"{mean:.6g}"
    power = math.floor(math.log10(mean)) if 0.0 < mean < 1e-3 else 0
    digits = max(0, power - math.floor(math.log10(error) + 0.02))  # 0.96 is 1 already
    last = round(error * 10.0 ** (digits - power))
    return f"{mean * 10.0**-power:.{digits}f}({last})" + (f"e{power:03d}" if power else "")
