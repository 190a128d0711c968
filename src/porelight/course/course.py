"""A course: sessions and care of one skin on one timeline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from porelight.course.laws import OWN_LAWS, Laws
from porelight.course.outcome import Outcome
from porelight.course.regimen import Care
from porelight.course.settings import EnsembleSettings
from porelight.course.simulation import Results, advance, begin
from porelight.course.treatment import treated
from porelight.errors import ParameterError
from porelight.laser.exposure import Session
from porelight.progress import Progress
from porelight.quantities import Floats
from porelight.session.ensemble import absorption_dominates
from porelight.session.monitoring import Perfusion
from porelight.tissue.skin import Skin

FOLLOWED = 182.0  # d after the last session: the half year in which trials saw relapse


@dataclass(frozen=True, slots=True, repr=False)
class Course:
    """Sessions and care of one skin.

    Attributes
    ----------
    skin : Skin
        The skin that is treated; its pores are where the prediction starts.
    sessions : sequence of Session
        Treatments; they are put in the order of their days.
    care : sequence of Care
        What the person does between the sessions.
    """

    skin: Skin
    sessions: Sequence[Session] = ()
    care: Sequence[Care] = field(default=())

    def __post_init__(self) -> None:
        """Put the sessions in order."""
        for one in self.sessions:
            if not isinstance(one, Session):
                raise ParameterError(
                    f"a session is {one!r}; expected a Session: an exposure on a day, as "
                    "exposure.on_day(0.0) gives it."
                )
        ordered = tuple(sorted(self.sessions, key=lambda session: session.day))
        object.__setattr__(self, "sessions", ordered)
        object.__setattr__(self, "care", tuple(self.care))

    def __repr__(self) -> str:
        n = len(self.sessions)
        lines = [f"Course of {n or 'no'} session{'' if n == 1 else 's'} on {self.skin!r}"]
        lines += [f"  {one!r}" for one in self.sessions]
        return "\n".join([*lines, *(f"  {one!r}" for one in self.care)])

    def simulate(  # noqa: PLR0913  each is a choice of the user
        self,
        *,
        draws: int = 500,
        members: int = 25,
        photons: int = 20_000,
        seed: int = 1,
        last_day: float | None = None,
        values: Mapping[str, Floats] | None = None,
        perfusion: Perfusion = "constant",
        people: int = 5,
        attendance: float = 1.0,
        laws: Laws = OWN_LAWS,
        progress: Progress | None = None,
    ) -> Outcome:
        """Simulate every session and follow the skin over the weeks.

        Parameters
        ----------
        draws, members, photons, seed, perfusion, people, attendance
            See `EnsembleSettings`.
        last_day : float, optional
            Last day of the forecast; half a year after the last session when left out [d].
        values : mapping of str to ndarray of float64, optional
            Draws of the biology that replace those from the priors; see `begin`.
        laws : Laws
            Laws of injury, healing, sessions and outcomes; porelight's own when left out.
        progress : callable, optional
            Called with the share of the work done, 0 to 1.

        Returns
        -------
        Outcome
            If the run is interrupted after at least one member of the physics, the members finished
            are used and the notes say so.

        Raises
        ------
        ParameterError
            If a number is impossible.
        """
        settings = EnsembleSettings(draws, members, photons, seed, perfusion, people, attendance)
        return self.simulate_with(
            settings, last_day=last_day, values=values, laws=laws, progress=progress
        )

    def simulate_with(
        self,
        settings: EnsembleSettings,
        *,
        last_day: float | None = None,
        values: Mapping[str, Floats] | None = None,
        laws: Laws = OWN_LAWS,
        progress: Progress | None = None,
    ) -> Outcome:
        """Simulate as `simulate` does, given size, seed and perfusion in one object."""
        days = self.observation_days(last_day)
        acting = replace(self, sessions=[one for one in self.sessions if one.day < days[-1]])
        results = treated(
            self.skin, acting.sessions, settings, laws=laws, keep_partial=True, progress=progress
        )
        notes, drawn = [], settings.members
        if results and len(results[0]) < settings.members:
            notes.append(
                f"Interrupted: {len(results[0])} of {settings.members} members of the physics were "
                "finished."
            )
            settings = replace(settings, members=len(results[0]))
        start = begin(self.skin, settings, values, laws, members_drawn=drawn)
        return advance(start, acting, days[1:], results=results, laws=laws, notes=notes).outcome

    def follow(
        self,
        results: Results,
        settings: EnsembleSettings,
        *,
        days: Sequence[float],
        values: Mapping[str, Floats] | None = None,
        laws: Laws = OWN_LAWS,
    ) -> Outcome:
        """Follow the skin over the weeks, given what each session did.

        Parameters
        ----------
        results : sequence of sequence of SessionResult
            Results of each session of the course, one per member.
        settings : EnsembleSettings
            Those that the results were made with, and the draws of the biology.
        days : sequence of float
            Days to observe, the first one 0 [d].
        values : mapping of str to ndarray of float64, optional
            Draws of the biology that replace those from the priors; see `begin`.
        laws : Laws
            porelight's own when left out.
        """
        if not days or days[0] != 0.0:
            raise ParameterError("days must start at 0 and increase.")
        start = begin(self.skin, settings, values, laws)
        return advance(start, self, days[1:], results=results, laws=laws).outcome

    def observation_days(self, last_day: float | None = None) -> tuple[float, ...]:
        """Return the days of a forecast: weekly, and daily in the week after a wound."""
        last = self.sessions[-1].day if self.sessions else 0.0
        end = last + FOLLOWED if last_day is None else last_day
        if not end > 0.0:
            raise ParameterError(f"last_day is {end:g}; expected a day after 0.")
        days = {*np.arange(0.0, end, 7.0).tolist(), end}
        for session in self.sessions:
            days.add(session.day)
            if absorption_dominates(self.skin, session.exposure.wavelength):
                days |= {session.day + after for after in (*range(1, 8), 10.0, 14.0)}
        return tuple(sorted(one for one in days if one <= end))
