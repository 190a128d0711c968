"""The colours of all figures: those of Okabe and Ito, and three greys.

People with any colour vision can tell them apart [1]_.

References
----------
.. [1] M. Okabe, K. Ito, "Color universal design," J*FLY data depository (2002).
"""

from collections.abc import Mapping
from types import MappingProxyType

INK, GREY, PALE = "#222222", "#767676", "#d9d9d9"
BLUE, VERMILION, GREEN = "#0072b2", "#d55e00", "#009e73"
ORANGE, PURPLE, SKY = "#e69f00", "#cc79a7", "#56b4e9"

# by the names that declarations of outcomes and devices use
COLOURS: Mapping[str, str] = MappingProxyType(
    {
        "ink": INK,
        "grey": GREY,
        "blue": BLUE,
        "vermilion": VERMILION,
        "green": GREEN,
        "orange": ORANGE,
        "purple": PURPLE,
        "sky": SKY,
    }
)
