"""What sessions do to a skin: every session on every member of the ensemble, side by side."""

from collections.abc import Sequence

from porelight.course.draws import physics_members
from porelight.course.laws import OWN_LAWS, Laws
from porelight.course.settings import EnsembleSettings
from porelight.kept import kept_results
from porelight.laser.exposure import Session
from porelight.progress import Progress
from porelight.session.ensemble import PhysicsEnsemble
from porelight.session.result import SessionResult
from porelight.threads import available_threads, in_order
from porelight.tissue.skin import Skin


def treated(  # noqa: PLR0913  each is a choice of the caller
    skin: Skin,
    sessions: Sequence[Session],
    settings: EnsembleSettings,
    *,
    laws: Laws = OWN_LAWS,
    keep_partial: bool = False,
    only: int | None = None,
    afresh: bool = False,
    progress: Progress | None = None,
) -> tuple[tuple[SessionResult, ...], ...]:
    """Return what each session does to every member of the physics.

    Parameters
    ----------
    skin : Skin
        The skin that is treated.
    sessions : sequence of Session
        Sessions of the same exposure are simulated once.
    settings : EnsembleSettings
        Members, photons, seed and perfusion.
    laws : Laws
        porelight's own when left out.
    keep_partial : bool
        Whether an interrupted run returns the members that are finished, if there are any.
    only : int, optional
        How many of the members to simulate, from the first; all when left out.
    afresh : bool
        Whether every result is computed, also one that was kept (`porelight.kept`).
    progress : callable, optional
        Called with the share of the members done.

    Returns
    -------
    tuple of tuple of SessionResult
        For each session, one per member.

    Raises
    ------
    KeyboardInterrupt
        If interrupted, unless a part is to be kept and there is one.
    """
    if not sessions:
        return ()
    ensemble = physics_ensemble(skin, settings, laws, afresh=afresh)
    exposures = tuple({session.exposure: None for session in sessions})
    for exposure in exposures:
        ensemble.require(exposure)
    done: list[dict[object, SessionResult]] = []
    total = len(ensemble.members) if only is None else only

    def treated(index: int) -> dict[object, SessionResult]:
        results: dict[object, SessionResult] = {
            exposure: ensemble.treat_member(exposure, index) for exposure in exposures
        }
        ensemble.release(index)
        return results

    try:
        for index, member in in_order(treated, range(total), available_threads()):
            done.append(member)
            if progress is not None:
                progress((index + 1) / total)
    except KeyboardInterrupt:
        if not (keep_partial and done):
            raise
    return tuple(tuple(one[session.exposure] for one in done) for session in sessions)


def physics_ensemble(
    skin: Skin, settings: EnsembleSettings, laws: Laws = OWN_LAWS, *, afresh: bool = False
) -> PhysicsEnsemble:
    """Return the physics of a skin in every member of the ensemble; parameters as in `treated`."""
    return PhysicsEnsemble(
        skin,
        physics_members(settings.members, settings.seed, skin.optics),
        settings.photons,
        settings.seed,
        perfusion=settings.perfusion,
        injury=laws.injury,
        models=laws.sessions,
        kept=None if afresh else kept_results(),
    )
