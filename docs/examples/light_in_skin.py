"""How much light of 1064 nm the epidermis takes in every skin type, followed to a stated error."""

from matplotlib.figure import Figure

import porelight as pl
from porelight.units import mm, nm

cheek = pl.Skin.typical("cheek", 3, 40.0)
setup = pl.LightSetup.of_skin(cheek, 1064 * nm, pl.Beam("flat-top", 5 * mm))

# one type, until the share of its epidermis is known to two per cent
found = pl.light_run(setup, precision=pl.Precision("epidermis", 0.02))
one = found.share("epidermis")

# all six types from one run of photons
tones = pl.light_sweep(setup, photons=100_000)
shares = [tones.shares(fitzpatrick)["epidermis"] for fitzpatrick in range(1, 7)]

figure = Figure(figsize=(5, 3), layout="constrained")
axes = figure.subplots()
axes.errorbar(
    range(1, 7),
    [100 * share.mean for share in shares],
    yerr=[100 * share.standard_error for share in shares],
    marker="o",
)
axes.plot(3, 100 * one.mean, "x", label=f"a run of its own, {found.n_photons:,} photons")
axes.legend()
axes.set(xlabel="Fitzpatrick type", ylabel="absorbed in the epidermis, %")
figure.savefig("light_in_skin.png", dpi=150)
