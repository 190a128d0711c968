"""Memory and time of measuring one photograph, over its size.

    python benchmarks/photo_memory.py [--megapixels 3 12 48 100 200] [--drawn]

Skin is rendered once (5.5 cm at 20 px/mm, 1500 pores), laid out in mirror images to the size asked
for, grained, and saved as a JPEG. Each size is measured by a process of its own, as a user would;
told are the peaks of resident memory of that process and of the one that decodes, and the time of
the processor and of the wall. Compare two versions in one sitting only.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from porelight.render.camera import Camera
from porelight.render.look import SkinLook
from porelight.render.skin import render_skin

SCALES = {3: 20.0, 12: 20.0, 48: 24.0, 100: 30.0, 200: 30.0}  # px/mm of each size
_USUAL = 24.0
# the kernel counts what the process that starts another had in memory as the other's own peak, so
# that of the measurement is read from its own memory map
_CHILD = """
import json, resource, sys, time
from pathlib import Path
from porelight.cli.app import main
try:
    main(sys.argv[1:])
except SystemExit as left:
    code = left.code
status = Path("/proc/self/status").read_text().splitlines()
peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
decoder = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
own = resource.getrusage(resource.RUSAGE_SELF).ru_utime
print(json.dumps([code, peak / 1024.0, decoder / 1024.0, own]))
"""


def photograph(patch: np.ndarray, megapixels: float, px_per_mm: float, path: Path) -> None:
    """Save a JPEG of this size, 4 to 3."""
    rows = round(1e3 * (0.75 * megapixels) ** 0.5)
    cols = round(rows / 0.75)
    one = cv2.resize(patch, None, fx=px_per_mm / 20.0, fy=px_per_mm / 20.0)
    four = np.concatenate([one, one[:, ::-1]], axis=1)
    four = np.concatenate([four, four[::-1]], axis=0)
    times = (rows // four.shape[0] + 1, cols // four.shape[1] + 1, 1)
    whole = np.tile(four, times)[:rows, :cols]
    grain = np.random.default_rng(1)
    for first in range(0, rows, 256):
        some = whole[first : first + 256]
        noisy = some + grain.standard_normal(some.shape, dtype=np.float32)
        some[...] = np.clip(noisy + 0.5, 0, 255)
    Image.fromarray(whole).save(path, quality=95, subsampling=0)


def polygon(megapixels: float) -> list[list[float]]:
    """Return the corners of a zone that leaves a tenth of a photograph out."""
    rows = 1e3 * (0.75 * megapixels) ** 0.5
    cols = rows / 0.75
    shares = [[0.02, 0.05], [0.6, 0.01], [0.99, 0.3], [0.97, 0.98], [0.3, 0.99], [0.01, 0.7]]
    return [[x * cols, y * rows] for x, y in shares]


def main() -> None:
    """Render, measure and print a line for each size."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--megapixels", type=float, nargs="+", default=[3, 12, 48, 100, 200])
    asked.add_argument("--drawn", action="store_true", help="measure inside a drawn polygon")
    options = asked.parse_args()
    sizes = options.megapixels
    diameter = np.clip(
        3.6e-4 * np.exp(0.3 * np.random.default_rng(4).standard_normal(1500)), 1.5e-4, 8e-4
    )
    skin = render_skin(
        diameter,
        look=SkinLook(fitzpatrick=3),
        camera=Camera(px_per_metre=20e3),
        size=(0.055, 0.055),
        seed=3,
    )
    print(" MP  px/mm  measured MB  decoder MB  processor s  wall s")
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            scale = SCALES.get(round(size), _USUAL)
            path = Path(folder) / f"skin{size:g}.jpg"
            photograph(skin.pixels, size, scale, path)
            words = ["measure", str(path), "--zone", "cheek", "--px-per-mm", str(scale)]
            words += ["-o", str(Path(folder) / f"out{size:g}"), "--json"]
            if options.drawn:
                zone = path.with_suffix(".json")
                zone.write_text(json.dumps(polygon(size)), encoding="utf-8")
                words += ["--zone-polygon", str(zone)]
            begun = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-c", _CHILD, *words], capture_output=True, check=True, text=True
            )
            wall = time.perf_counter() - begun
            code, own, decoder, processor = json.loads(done.stdout.splitlines()[-1])
            if code:
                raise SystemExit(done.stderr)
            memory, times = f"{own:12.0f} {decoder:11.0f}", f"{processor:12.1f} {wall:7.1f}"
            print(f"{size:3.0f} {scale:6.0f} {memory} {times}", flush=True)


if __name__ == "__main__":
    main()
