"""The colours of all figures: those of Okabe and Ito, and three greys.

People with any colour vision can tell them apart [1]_.

References
----------
.. [1] M. Okabe, K. Ito, "Color universal design," J*FLY data depository (2002).
"""

INK, GREY, PALE = "#222222", "#767676", "#d9d9d9"
BLUE, VERMILION, GREEN = "#0072b2", "#d55e00", "#009e73"
ORANGE, PURPLE, SKY = "#e69f00", "#cc79a7", "#56b4e9"
