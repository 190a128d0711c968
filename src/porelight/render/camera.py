"""A phone's camera: from the light of the scene to an 8-bit picture that went through a JPEG file.

In order: lens blur and sampling, fall-off of light, exposure and colour gain, shot noise (smoothed
as the phone's own processing leaves it), sRGB curve, smoothing of colour, sharpening of lightness,
8 bits, JPEG. Metering is by the tone of the skin and not by the picture, so that the same camera
gives two renderings of one skin the same exposure whatever its pores do.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from porelight.errors import ParameterError
from porelight.quantities import FRACTION, PIXELS_PER_METRE, Floats, Quantity
from porelight.render._raster import SCENE_SCALE, Image, Shape, as_image, blurred

_BLUR = Quantity("blur", "px", 0.0, 10.0, "standard deviation of a Gaussian in camera pixels")
_GREY = Quantity("noise", "grey levels", 0.0, 40.0, "of 255")
_GAIN = Quantity("colour_gain", "1", 0.2, 5.0, "white balance of one band")
_SHIFT = Quantity("shift", "m", -0.01, 0.01, "of the camera over the skin")
_ROTATION = Quantity("rotation", "rad", -0.5, 0.5, "of the camera", "Degrees need math.radians.")
_SHARPEN = Quantity("sharpening", "1", 0.0, 3.0, "gain of the unsharp mask")
_EXPOSURE = Quantity("exposure", "1", 0.1, 10.0, "linear signal of a white card")

_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
# linear luminance that a meter takes for average skin: that of type III
_METER_GREY = 0.305
_BOX_SD = math.sqrt(1.0 / 12.0)  # of a pixel's square aperture, in pixels


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera, its pose, and its processing.

    Attributes
    ----------
    px_per_metre : float
        Scale of the picture [px/m]; at most that of the scene, 40 px/mm.
    blur : float
        SD of lens, focus and hand together [px].
    exposure : float
        Linear signal of a white card in front of skin of average tone [-]; 1 saturates.
    metering : float
        Share of a skin's deviation from average tone that the exposure makes up for [-].
    colour_gain : tuple of float
        White balance: gain of red, green, blue [-].
    fall_off : float
        Relative loss of light at the corners [-].
    noise : float
        SD of the noise at mid-grey before it is smoothed [grey levels].
    noise_grain : float
        SD of the smoothing of the noise [px].
    colour_blur : float
        SD of the smoothing of colour [px].
    sharpening, sharpening_radius : float
        Gain [-] and SD [px] of the unsharp mask on lightness.
    jpeg_quality : int
        Quality of the JPEG file, 1 to 100.
    shift : tuple of float
        Centre of the picture from the centre of the patch, row and column [m].
    rotation : float
        Turn of the camera, from the column axis towards the row axis [rad].
    frame : int
        Number of the shot: another frame is another noise.
    """

    px_per_metre: float = 12.5e3
    blur: float = 0.8
    exposure: float = 1.1
    metering: float = 0.3
    colour_gain: tuple[float, float, float] = (1.0, 1.0, 1.0)
    fall_off: float = 0.06
    noise: float = 3.0
    noise_grain: float = 0.7
    colour_blur: float = 0.6
    sharpening: float = 0.7
    sharpening_radius: float = 1.3
    jpeg_quality: int = 92
    shift: tuple[float, float] = (0.0, 0.0)
    rotation: float = 0.0
    frame: int = 0

    def __post_init__(self) -> None:
        """Check ranges."""
        PIXELS_PER_METRE.require(self.px_per_metre, "px_per_metre")
        if self.px_per_metre > SCENE_SCALE:
            raise ParameterError(
                f"px_per_metre is {self.px_per_metre:g} px/m; the scene is drawn "
                f"at {SCENE_SCALE:g} px/m and no camera resolves more."
            )
        _EXPOSURE.require(self.exposure)
        FRACTION.require(self.metering, "metering")
        FRACTION.require(self.fall_off, "fall_off")
        _GREY.require(self.noise, "noise")
        _SHARPEN.require(self.sharpening)
        for name in ("blur", "noise_grain", "colour_blur", "sharpening_radius"):
            _BLUR.require(getattr(self, name), name)
        _GAIN.require(np.array(self.colour_gain))
        _SHIFT.require(np.array(self.shift))
        _ROTATION.require(self.rotation)
        if not 1 <= self.jpeg_quality <= 100 or len(self.colour_gain) != 3:
            raise ParameterError(
                f"jpeg_quality is {self.jpeg_quality} and colour_gain has {len(self.colour_gain)} "
                "values; expected 1 to 100, and one gain for each of red, green, blue."
            )
        if self.frame < 0:
            raise ParameterError(f"frame is {self.frame}; shots are counted from 0.")

    def picture_shape(self, size: tuple[float, float]) -> Shape:
        """Return rows and columns of a picture that spans `size` [m]."""
        rows, cols = (round(length * self.px_per_metre) for length in size)
        return rows, cols

    def to_patch(
        self, row: Floats, col: Floats, size: tuple[float, float]
    ) -> tuple[Floats, Floats]:
        """Return where places in the picture lie on the patch, both in metres from the top left."""
        y, x = row - 0.5 * size[0], col - 0.5 * size[1]
        cosine, sine = math.cos(self.rotation), math.sin(self.rotation)
        return (
            y * cosine + x * sine + 0.5 * size[0] + self.shift[0],
            x * cosine - y * sine + 0.5 * size[1] + self.shift[1],
        )

    def to_picture(
        self, row: Floats, col: Floats, size: tuple[float, float]
    ) -> tuple[Floats, Floats]:
        """Return where places on the patch lie in the picture, both in metres from the top left."""
        y = row - 0.5 * size[0] - self.shift[0]
        x = col - 0.5 * size[1] - self.shift[1]
        cosine, sine = math.cos(self.rotation), math.sin(self.rotation)
        return (
            y * cosine - x * sine + 0.5 * size[0],
            x * cosine + y * sine + 0.5 * size[1],
        )


def sampled(scene: Image, camera: Camera, size: tuple[float, float], margin: float) -> Image:
    """Return the scene as the sensor's pixels receive it.

    Parameters
    ----------
    scene : ndarray of float32, shape (rows, cols, 3)
        Light on the scene lattice, which goes `margin` [m] beyond the patch on each side.
    camera : Camera
        Blur, scale, shift and rotation.
    size : tuple of float
        Height and width of the patch [m].
    margin : float
        Extent of the scene beyond the patch [m].
    """
    per_pixel = SCENE_SCALE / camera.px_per_metre
    spread = per_pixel * math.hypot(camera.blur, _BOX_SD)
    # the lattice's own box and the bilinear reading of it blur by 1/12 + 1/6 of a lattice point
    soft = blurred(scene, math.sqrt(max(spread**2 - 0.25, 0.0)))
    cosine, sine = math.cos(camera.rotation), math.sin(camera.rotation)
    turn = per_pixel * np.array([[cosine, -sine], [sine, cosine]])  # (col, row) of the lattice
    origin_row, origin_col = camera.to_patch(np.zeros(1), np.zeros(1), size)
    corner = (np.array([origin_col[0], origin_row[0]]) + margin) * SCENE_SCALE
    # centre of pixel (0, 0) is half a pixel inside the corner; lattice centres likewise
    offset = corner + turn @ np.array([0.5, 0.5]) - 0.5
    rows, cols = camera.picture_shape(size)
    picture = cv2.warpAffine(
        soft,
        np.column_stack([turn, offset]),
        (cols, rows),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REFLECT_101,
    )
    return as_image(picture)


def developed(
    light: Image, camera: Camera, tone: Floats, generator: np.random.Generator
) -> NDArray[np.uint8]:
    """Return the 8-bit picture that the camera makes of the light on its sensor.

    Parameters
    ----------
    light : ndarray of float32, shape (rows, cols, 3)
        Linear light, 1 for a white card.
    camera : Camera
        Exposure, colour, noise, sharpening, JPEG.
    tone : ndarray of float64, shape (3,)
        Reflectance of even skin, which the meter looks at.
    generator : numpy.random.Generator
        Source of the noise.

    Returns
    -------
    ndarray of uint8, shape (rows, cols, 3)
        Picture in sRGB.
    """
    rows, cols = light.shape[:2]
    gain = camera.exposure * (_METER_GREY / float(tone @ _LUMINANCE)) ** camera.metering
    signal = light * (gain * np.array(camera.colour_gain)).astype(np.float32)
    y, x = np.linspace(-1.0, 1.0, rows)[:, None], np.linspace(-1.0, 1.0, cols)
    signal = signal * (1.0 - 0.5 * camera.fall_off * (y**2 + x**2)).astype(np.float32)[..., None]
    signal = signal + _shot_noise(signal, camera, generator)
    picture = _smoothed_colour(_srgb(np.clip(signal, 0.0, 1.0)), camera.colour_blur)
    if camera.sharpening > 0.0:
        lightness = as_image(picture @ _LUMINANCE.astype(np.float32))
        detail = lightness - blurred(lightness, camera.sharpening_radius)
        picture = picture + (camera.sharpening * detail)[..., None]
    eight_bit = np.clip(np.rint(255.0 * picture), 0.0, 255.0).astype(np.uint8)
    return through_jpeg(eight_bit, camera.jpeg_quality)


def through_jpeg(pixels: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    """Return the picture after one JPEG file of this quality, colour at half resolution."""
    _, file = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = np.asarray(cv2.imdecode(file, cv2.IMREAD_COLOR), dtype=np.uint8)
    return np.ascontiguousarray(decoded[..., ::-1])


def _shot_noise(signal: Image, camera: Camera, generator: np.random.Generator) -> Image:
    white = generator.standard_normal(signal.shape, dtype=np.float32)
    grain = blurred(white, camera.noise_grain)
    # at mid-grey (linear 0.2) the sRGB curve has slope 1.12; shot noise grows as the signal's root
    sd = camera.noise / 255.0 / 1.124
    return as_image(grain * np.float32(sd) * np.sqrt(np.clip(signal, 0.01, 1.0) / 0.2))


def _srgb(linear: Image) -> Image:
    curved = 1.055 * np.power(np.maximum(linear, 0.0031308), 1.0 / 2.4) - 0.055
    return as_image(np.where(linear <= 0.0031308, 12.92 * linear, curved))


def _smoothed_colour(picture: Image, sd: float) -> Image:
    # what differs from grey has no luminance, and neither has its average: lightness stays sharp
    lightness = as_image(picture @ _LUMINANCE.astype(np.float32))[..., None]
    return as_image(lightness + blurred(as_image(picture - lightness), sd))
