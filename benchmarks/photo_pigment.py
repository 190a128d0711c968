"""How well melanin and blood follow from a photograph beside the printed sheet.

    uv run python benchmarks/photo_pigment.py [--people 40] [--seed 1]

Draws people of all skin types, and photographs skin of their spectrum beside the sheet with a
camera of its own each: spectral bands that are not those of the eye, a matrix that corrects them as
makers do, a tone curve off that of sRGB, paper and light that are not quite as assumed, noise, 8
bits, JPEG. It prints how often the 90 % intervals hold the truth, and how narrow they are.
"""

import argparse

import cv2
import numpy as np

from porelight.errors import PhotographError
from porelight.inference.measured_reflectance import Instrument, Reader, one_person, skin_at
from porelight.inference.photographed_colour import bands, fit_colour
from porelight.inference.reflectance import reflectance_of
from porelight.photo.marker import LARGE, PATCHES, SIDES, find_marker, marker_image, patch_levels
from porelight.photo.photograph import Photograph
from porelight.photo.tone import PAPER, tone
from porelight.tissue.own_optics import prior_of_person, skin_values
from porelight.tissue.people import person

NM = 1e-9
SCALE = 10e3  # px/m
AT = np.arange(400.0, 701.0, 20.0) * NM
NAMES = ("melanosome_fraction", "blood_multiplier")


def main() -> None:
    """Run the check from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    generator = np.random.default_rng(arguments.seed)
    prior, skin_of = prior_of_person("cheek"), skin_at("cheek")
    reader, table = Reader(Instrument(specular="excluded"), "cheek"), one_person()
    bias = np.interp(AT, table.wavelength, table.bias)
    own = np.linalg.cholesky(table.covariance(AT, "cheek") + 1e-9 * np.eye(AT.size))
    inside, width, refused, z = [], [], 0, []
    for number in range(arguments.people):
        values = person(prior.values(generator.standard_normal((1, len(prior.names)))), 0)
        spectrum = reflectance_of(skin_of, skin_values(values), AT)
        spectrum = spectrum * np.exp(bias + own @ generator.standard_normal(AT.size))
        pixels, skin = photographed(reader.seen(spectrum, values), generator)
        photograph = Photograph(pixels, SCALE, name=f"{number}.jpg")
        levels = patch_levels(pixels, find_marker(pixels))
        try:
            look = tone(photograph, skin, np.zeros(skin.shape, np.bool_), levels)
            found = fit_colour(look, "cheek", photograph.name)
        except PhotographError as problem:
            refused += 1
            print(problem)
            continue
        ends = [found.interval(name) for name in NAMES]
        inside.append(
            [low <= values[n] <= high for n, (low, high) in zip(NAMES, ends, strict=True)]
        )
        width.append([high / low for low, high in ends])
        logs = [np.log(found.values[name]) for name in NAMES]
        z.append(
            [(np.log(values[n]) - d.mean()) / d.std() for n, d in zip(NAMES, logs, strict=True)]
        )
    for k, name in enumerate(NAMES):
        score = np.array(z)[:, k]
        print(
            f"{name}: 90 % interval holds {np.mean(inside, axis=0)[k]:.3f} of {len(inside)}; its "
            f"ends are a factor {np.median(width, axis=0)[k]:.2f} apart (people "
            f"{np.exp(3.29 * prior.spread[k]):.2f}); z {score.mean():+.2f} (SD {score.std():.2f})"
        )
    print(f"told as nobody's: {refused}")


def photographed(
    reflectance: np.ndarray, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return a picture of the sheet above skin of this spectrum, and where the skin is."""
    lamp = np.exp(generator.normal(0.0, 0.4) * (AT - 550 * NM) / (150 * NM))  # warm or cool
    centre = np.array([595.0, 540.0, 455.0]) + generator.normal(0.0, 8.0, 3)
    wide = np.array([38.0, 42.0, 28.0]) * np.exp(generator.normal(0.0, 0.1, 3))
    band = np.exp(-0.5 * ((AT / NM - centre[:, None]) / wide[:, None]) ** 2) * lamp
    band /= band.sum(axis=1, keepdims=True)
    # the maker's matrix: right on the mean over a set of smooth colours, white kept white
    smooth = np.exp(-np.abs(np.linspace(0, 1, AT.size)[:, None] - np.linspace(0, 1, 12)) * 3.0)
    colours = np.clip(smooth @ generator.random((12, 24)) / 4.0, 0.02, 0.9)
    matrix = np.linalg.lstsq((band @ colours).T, (bands().weight @ colours).T, rcond=None)[0].T
    matrix /= matrix.sum(axis=1, keepdims=True)

    def shown(spectrum: np.ndarray) -> np.ndarray:
        return np.maximum(matrix @ (band @ spectrum), 1e-4)

    paper = np.full(AT.size, PAPER * np.exp(generator.normal(0.0, 0.047)))
    paper[AT < 480 * NM] *= np.exp(generator.normal(0.0, 0.033))
    curve = np.exp(generator.normal(0.0, 0.08))
    brighter = np.exp(generator.normal(0.0, 0.064))  # sheet against skin, one side against all
    white = 0.8 * (shown(paper) / PAPER) ** curve
    skin = 0.8 * (shown(reflectance) * brighter / PAPER) ** curve
    rim, side = round(4e-3 * SCALE), round(SIDES[LARGE] * SCALE)
    linear = np.empty((side + 2 * rim + 200, round(0.06 * SCALE), 3))
    linear[:] = white
    ink = marker_image(LARGE, side)[..., None] / 255.0
    linear[rim : rim + side, rim : rim + side] = white * (0.04 + 0.96 * ink)
    for patch in PATCHES:
        top, left, wide_px = (round(one * SCALE) for one in (patch.top, patch.left, patch.side))
        printed = white * (0.04 + 0.96 * np.array(patch.level) ** 2.2)
        linear[rim + top : rim + top + wide_px, rim + left : rim + left + wide_px] = printed
    mask = np.zeros(linear.shape[:2], np.bool_)
    mask[side + 2 * rim :] = True
    linear[mask] = skin
    linear *= 1.0 + 0.02 * generator.standard_normal(linear.shape)
    level = np.where(
        linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 0.0) ** (1 / 2.4) - 0.055
    )
    pixels = np.clip(np.rint(255.0 * level), 0, 255).astype(np.uint8)
    done, data = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])
    if not done:
        raise RuntimeError("no JPEG")
    return np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1]), mask


if __name__ == "__main__":
    main()
