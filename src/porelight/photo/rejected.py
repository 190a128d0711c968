"""What is no pore but may look like one or hide one: highlights, hairs, wrinkles, folds, moles.

Dark marks are connected parts that are darker than their surroundings by more than skin varies. A
long one is a fold when it is wide, a hair when it takes all colours alike, else a wrinkle; a mole,
or a shadow, is wider than any pore and not long. Spots on a hair are no pores. Wrinkles and folds
too soft to be dark marks are found by `lines`, once the pores are known.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from porelight.photo.darkness import smoothed
from porelight.photo.flatten import WORKING_SCALE, FlatSkin
from porelight.photo.lines import length_and_width, soft_lines
from porelight.photo.picture import Mask
from porelight.photo.robust import Sample
from porelight.photo.strips import strips

_FINE_SD = 6e-5  # m; pixel noise below it makes no mark
_DARK = 3.2  # robust standard deviations of the skin by which a mark is darker
_LEAST_DARK = 0.08  # and absorbance, so that even skin has none
_LINE = 1.6e-3  # m; no pore is so long
_SLENDER = 4.0  # length over width of a line
_FOLD = 4.5e-4  # m; wider lines are folds
_WIDE = 9e-4  # m; equal-area diameter of what is no pore for its width
# redness over darkness: hairs take all colours alike, skin in shadow stays red
_HAIR_COLOUR = 0.32
_LEAST_GLINT = 4  # px
_STRIP = 1_000_000  # px whose colours are looked at at once


@dataclass(frozen=True, slots=True)
class RejectedCounts:
    """Numbers of things in the zone that were seen and not taken for pores.

    Attributes
    ----------
    highlights, hairs, wrinkles, folds, moles : int
        Mirror images of the lamp; lines by colour and width; round dark marks wider than a pore,
        shadows among them.
    """

    highlights: int = 0
    hairs: int = 0
    wrinkles: int = 0
    folds: int = 0
    moles: int = 0

    @property
    def total(self) -> int:
        """Sum of all kinds."""
        return self.highlights + self.hairs + self.wrinkles + self.folds + self.moles


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """Highlights and dark marks of a photograph.

    Attributes
    ----------
    counts : RejectedCounts
        Number of each kind.
    hair, furrow : ndarray of bool, shape (rows, cols)
        True on hairs, and on the other dark lines, at the working scale.
    """

    counts: RejectedCounts
    hair: Mask
    furrow: Mask


def marks(flat: FlatSkin) -> Marks:
    """Return the highlights and dark marks of a flattened photograph that are no pores.

    Parameters
    ----------
    flat : FlatSkin
        The photograph without its lamp.
    """
    _, _, glint, _ = cv2.connectedComponentsWithStats((flat.zone & ~flat.skin).astype(np.uint8))
    highlights = int((glint[1:, cv2.CC_STAT_AREA] >= _LEAST_GLINT).sum())
    n, labels, box_of, _ = cv2.connectedComponentsWithStats(_dark_marks(flat).view(np.uint8))
    length, width, colour = np.zeros(n), np.zeros(n), np.zeros(n)
    extent = np.hypot(box_of[:, cv2.CC_STAT_WIDTH], box_of[:, cv2.CC_STAT_HEIGHT])
    for i in 1 + np.flatnonzero(extent[1:] > _WIDE * WORKING_SCALE):
        x, y, w, h, _ = box_of[i]
        box = (slice(y, y + h), slice(x, x + w))
        mine = labels[box] == i
        length[i], width[i] = (x / WORKING_SCALE for x in length_and_width(mine))
        colour[i] = _colour(flat, box, mine)
    is_line = (length > _LINE) & (length > _SLENDER * width)
    is_fold = is_line & (width > _FOLD)
    is_hair = is_line & ~is_fold & (colour < _HAIR_COLOUR)
    is_mole = ~is_line & (np.sqrt(4.0 / np.pi * length * width) > _WIDE)
    counts = RejectedCounts(
        highlights,
        hairs=int(is_hair.sum()),
        wrinkles=int((is_line & ~is_hair & ~is_fold).sum()),
        folds=int(is_fold.sum()),
        moles=int(is_mole.sum()),
    )
    hair, furrow = (np.zeros(flat.skin.shape, np.bool_) for _ in range(2))
    for i in np.flatnonzero(is_line):
        x, y, w, h, _ = box_of[i]
        box = (slice(y, y + h), slice(x, x + w))
        (hair if is_hair[i] else furrow)[box] |= labels[box] == i
    return Marks(counts, hair, furrow)


def all_rejected(flat: FlatSkin, found: Marks, pores: Mask) -> RejectedCounts:
    """Return the counts of the marks with the soft lines between the pores.

    Parameters
    ----------
    flat : FlatSkin
        The photograph without its lamp.
    found : Marks
        Its highlights and dark marks.
    pores : ndarray of bool, shape (rows, cols)
        True on its pores, at the working scale.
    """
    soft = soft_lines(flat, pores | found.hair, found.furrow)
    return replace(
        found.counts,
        wrinkles=found.counts.wrinkles + soft.wrinkles,
        folds=found.counts.folds + soft.folds,
    )


def _colour(flat: FlatSkin, box: tuple[slice, slice], mine: Mask) -> float:
    """Return the redness over the darkness of a mark in a box."""
    darkness = redness = 0.0
    for part in strips(mine.shape, most=_STRIP):
        rows = slice(box[0].start + part.start, box[0].start + part.stop)
        dark, red, _ = flat.colours_at(rows, box[1])
        darkness += float(dark[mine[part]].sum())
        redness += float(red[mine[part]].sum())
    return redness / max(darkness, _LEAST_DARK)


def _dark_marks(flat: FlatSkin) -> Mask:
    """Return True where the skin is darker than it varies."""
    smooth = smoothed(flat.absorbance, _FINE_SD * WORKING_SCALE)
    sample = Sample(flat.skin)
    whole = slice(0, len(smooth))
    middle, spread = sample.middle_and_spread([sample.of(whole, smooth)])
    marked = smooth > max(middle + _DARK * spread, _LEAST_DARK)
    marked &= flat.skin
    return np.asarray(marked)
