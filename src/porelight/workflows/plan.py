"""A plan: safe settings for a skin, best first."""

from collections.abc import Sequence

from porelight.course.laws import OWN_LAWS, Laws
from porelight.course.settings import EnsembleSettings
from porelight.laser.device import Device
from porelight.planning.plan import Plan
from porelight.planning.search import PLANNED_WITH, propose
from porelight.progress import Progress, unheard
from porelight.tissue.skin import Skin


def plan(
    skin: Skin,
    *,
    goal: str = "pore-area",
    devices: Sequence[str | Device] | None = None,
    settings: EnsembleSettings = PLANNED_WITH,
    laws: Laws = OWN_LAWS,
    n_settings: int = 0,
    progress: Progress = unheard,
) -> Plan:
    """Find settings that are safe for a skin and rank them by what they would change.

    Parameters
    ----------
    skin : Skin
        The skin that is treated.
    goal : str
        Outcome to improve: "pore-area", "redness", ...
    devices : sequence of str or Device, optional
        Devices at hand, by key or as a `Device` of your own; all that ship when left out.
    settings : EnsembleSettings
        Draws of the biology per candidate, members of the physics that must all be safe, photons,
        perfusion; the same seed gives the same plan.
    laws : Laws
        Laws of injury, healing, sessions and outcomes; porelight's own when left out.
    n_settings : int
        Courses to try between and beyond those of the devices' grids; 0 for the grids alone.
    progress : callable
        Called with the share of the work done, 0 to 1.

    Raises
    ------
    ParameterError
        If the goal or a device is unknown.
    """
    return propose(
        skin,
        goal=goal,
        devices=devices,
        settings=settings,
        laws=laws,
        n_settings=n_settings,
        progress=progress,
    )
