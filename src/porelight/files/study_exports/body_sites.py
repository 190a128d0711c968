"""The zones of a face as SNOMED CT calls them, for FHIR and DICOM.

Codes are those of the context group of dermatology sites, CID 4029 [1]_. It has none for the
glabella, which is skin of the face there.

References
----------
.. [1] NEMA PS3.16, DICOM Content Mapping Resource, CID 4029 Dermatology Anatomic Sites.
"""

from dataclasses import dataclass

_SITES = {
    "forehead": ("68698007", "Skin of forehead"),
    "glabella": ("73897004", "Skin of face"),
    "nose": ("113179006", "Skin of nose"),
    "cheek": ("36141000", "Skin of cheek"),
    "chin": ("23747009", "Skin of chin"),
}
_SIDES = {"left": ("7771000", "Left"), "right": ("24028007", "Right")}


@dataclass(frozen=True, slots=True)
class BodySite:
    """A zone in the words of SNOMED CT.

    Attributes
    ----------
    code, meaning : str
        Code and meaning of the skin.
    side_code, side : str
        Code and name of the side; empty if it has none.
    """

    code: str
    meaning: str
    side_code: str = ""
    side: str = ""


def body_site(zone: str) -> BodySite:
    """Return what SNOMED CT calls a zone.

    Examples
    --------
    >>> body_site("left cheek")
    BodySite(code='36141000', meaning='Skin of cheek', side_code='7771000', side='Left')
    """
    *side, skin = zone.split()
    return BodySite(*_SITES[skin], *(_SIDES[side[0]] if side else ("", "")))
