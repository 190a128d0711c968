"""Memory and time of measuring one photograph, over its size.

    python benchmarks/photo_memory.py [--megapixels 3 12 48 100 200]

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
_CHILD = """
import json, resource, sys, time
from porelight.cli.app import main
try:
    main(sys.argv[1:])
except SystemExit as left:
    code = left.code
kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
used = [resource.getrusage(kind) for kind in kinds]
print(json.dumps([code, *(one.ru_maxrss / 1024.0 for one in used), used[0].ru_utime]))
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


def main() -> None:
    """Render, measure and print a line for each size."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--megapixels", type=float, nargs="+", default=[3, 12, 48, 100, 200])
    sizes = asked.parse_args().megapixels
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
