"""Pictures with a line below each, as a notebook shows them."""

import base64
from html import escape
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

_WIDEST: Final = 480  # px on the screen, so that two pictures stand side by side


def pictures_html(*pictures: tuple[NDArray[np.uint8], str]) -> str:
    """Return pictures side by side, each with its text; nothing outside of the page is needed.

    Parameters
    ----------
    *pictures : tuple of ndarray of uint8 and str
        Pixels in sRGB, shape (rows, cols, 3), and what is said below them.
    """
    return "".join(_figure(pixels, caption) for pixels, caption in pictures)


def _figure(pixels: NDArray[np.uint8], caption: str) -> str:
    _, data = cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    text = base64.b64encode(data.tobytes()).decode("ascii")
    said = "<br>".join(escape(line.strip()) for line in caption.splitlines())
    width = min(_WIDEST, max(200, pixels.shape[1]))
    return (
        '<figure style="display:inline-block;vertical-align:top;margin:0 1em 0 0">'
        f'<img alt="{escape(caption.splitlines()[0])}" width="{width}" '
        f'src="data:image/png;base64,{text}"><figcaption>{said}</figcaption></figure>'
    )
