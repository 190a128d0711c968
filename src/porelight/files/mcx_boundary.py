"""The faces of an MCX box: what happens to light at them, and what that means without sides.

`Session.BCFlags` has a letter for each face (-x, -y, -z, +x, +y, +z): ``_`` as DoMismatch says,
``r`` refracting, ``a`` absorbing (all that arrives leaves), ``m`` mirror, ``c`` cyclic. Six digits
after them only say where MCX detects photons.
"""

from porelight.errors import ParameterError
from porelight.files.foreign import ForeignTable

_BOX_NOTE = (
    "the MCX box ends {:g} mm from the beam; porelight's layers have no sides, so the two differ "
    "where light reaches that far"
)
_UNFOLDED_NOTE = (
    "the sides of the MCX box are {}; porelight's layers have none, so shares and depths are the "
    "same, and what lies beyond the sides in porelight is inside them in MCX"
)


def boundary_flags(session: ForeignTable) -> str:
    """Return the letter of each face.

    Raises
    ------
    ParameterError
        If there is another letter.
    """
    given = session.get("BCFlags", "______")
    letters = str(given).casefold().ljust(6, "_")
    if not isinstance(given, str) or set(letters[:6]) - set("_ramc"):
        raise ParameterError(
            f"Session.BCFlags is {given!r}; expected a letter for each face of the box: "
            "_, r, a, m or c."
        )
    return letters


def face_index(letter: str, *, outside: float, inside: float, is_refracting: bool) -> float:
    """Return the refractive index beyond a face of the box at which a layer ends.

    Parameters
    ----------
    letter : str
        Its flag; beyond a mirror the index only counts for light that falls in.
    outside, inside : float
        Index of medium 0 and of the layer.
    is_refracting : bool
        Whether MCX refracts at all (DoMismatch).

    Raises
    ------
    ParameterError
        If layers have no such face.
    """
    if letter == "a":
        return inside
    if letter in {"_", "m"} or (letter == "r" and is_refracting):
        return outside
    if letter == "r":
        raise ParameterError(
            "Session.BCFlags asks for a refracting face and DoMismatch is off; expected '_' or "
            "'a', or DoMismatch on."
        )
    raise ParameterError(
        f"Session.BCFlags asks for {letter!r} at a face along z, where the layers end; expected "
        "'_', 'r', 'a' or 'm' there."
    )


def sides_note(flags: str, box: tuple[int, int], axis: tuple[float, float], voxel: float) -> str:
    """Return what the sides of the box change.

    Parameters
    ----------
    flags : str
        Letter of each face.
    box : tuple of int
        Voxels along x and y.
    axis : tuple of float
        Where the beam falls [voxels].
    voxel : float
        Side of a voxel [mm].

    Raises
    ------
    ParameterError
        If the sides are mixed, or the beam misses the box.
    """
    sides = {flags[i] for i in (0, 1, 3, 4)}
    if sides in ({"m"}, {"c"}):
        return _UNFOLDED_NOTE.format("mirrors" if sides == {"m"} else "cyclic")
    if sides & {"m", "c"}:
        raise ParameterError(
            "Session.BCFlags makes some sides of the box mirrors or cyclic; porelight's layers "
            "have no sides, expected all four or none."
        )
    x, y = axis
    if not 0.0 <= x <= box[0] or not 0.0 <= y <= box[1]:
        raise ParameterError(
            f"Optode.Source.Pos lies at {x:g}, {y:g}, outside the box of {box[0]} x {box[1]} "
            "voxels; expected a source above the layers."
        )
    return _BOX_NOTE.format(min(x, box[0] - x, y, box[1] - y) * voxel)
