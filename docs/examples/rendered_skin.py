"""The same virtual cheek before a treatment, as predicted, and drawn anew with smaller pores.

Sixty visible pores per cm2 of median 0.4 mm, as on the labelled cheek that the renderer is
calibrated on (S. Seo et al., Pore-Net, IEEE CBMS 2022), become a fifth narrower. The middle picture
is made from the first one alone, as for a real patient; the last one is what it should look like.
"""

from pathlib import Path

from matplotlib.figure import Figure

from porelight.render.placement import drawn_diameters
from porelight.render.preview import preview
from porelight.render.skin import render_skin

SIZE = (0.012, 0.012)  # m
RATIO = 0.8

diameter = drawn_diameters(60e4, SIZE, median=4e-4, spread=0.27, seed=1)
before = render_skin(diameter, size=SIZE, seed=1)
predicted = preview(before.pixels, before.px_per_metre, before.labels, RATIO)
after = render_skin(diameter, ratio=RATIO, size=SIZE, seed=1)

figure = Figure(figsize=(12, 4.4), layout="constrained")
titles = ("before", f"preview at {RATIO:g} of the diameter", f"rendered at {RATIO:g}")
for axes, pixels, title in zip(
    figure.subplots(1, 3), (before.pixels, predicted, after.pixels), titles, strict=True
):
    axes.imshow(pixels, extent=(0, 1e3 * SIZE[1], 1e3 * SIZE[0], 0), interpolation="bicubic")
    axes.set(title=title, xlabel="mm")
figure.savefig(Path("rendered_skin.png"), dpi=150)
