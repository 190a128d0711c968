import numpy as np
import pytest

from porelight.heat.cooling import SurfaceSchedule
from porelight.heat.surface import Surface
from porelight.heat.temporal_profile import TemporalProfile
from porelight.session import exposure_times as module
from porelight.session.exposure_times import exposure_times
from porelight.workflows.threshold import threshold

AIR = SurfaceSchedule.of(Surface.typical())
COOLED = SurfaceSchedule((Surface.typical("contact"), Surface.typical()), (7.35,))


@pytest.mark.parametrize("surface", [AIR, COOLED])
@pytest.mark.parametrize("n", [41, 2000, 5000])
def test_the_steps_with_their_repeats_last_as_long_as_the_exposure(surface, n):
    train = TemporalProfile.rectangle(3e-4).repeated(0.1, n).delayed(0.25)
    time, repeats = exposure_times(train, surface)
    assert repeats.shape == (time.size - 1,)
    assert repeats @ np.diff(time) == pytest.approx(train.duration + 10.0, rel=1e-9)
    assert time.size < 6000


def test_a_smooth_function_of_the_pulse_adds_up_over_a_train():
    period, n = 0.1, 4000
    time, repeats = exposure_times(TemporalProfile.rectangle(3e-4).repeated(period, n), AIR)
    # warming by a wide beam: as the root of time; the sum over the train in closed form
    middle = 0.5 * (time[:-1] + time[1:])
    found = (repeats * np.diff(time) * np.sqrt(middle)) @ (middle < period * (n - 1))
    assert found == pytest.approx((period * (n - 1)) ** 1.5 / 1.5, rel=1e-3)


def test_an_irregular_train_is_simulated_pulse_by_pulse():
    begin = np.cumsum(np.linspace(0.1, 0.2, 60))
    profile = TemporalProfile(begin, begin + 1e-3, np.full(60, 1 / 60))
    time, repeats = exposure_times(profile, AIR)
    assert (repeats == 1.0).all()
    assert np.isin(begin, time).all()


@pytest.mark.slow
@pytest.mark.parametrize(
    "exposure",
    [
        {"n_pulses": 120, "rate": 10.0},
        {"n_pulses": 120, "rate": 10.0, "cooling": "contact", "cooling_time": 5.05,
         "cooling_lead": 1.0},
    ],
)  # fmt: skip
def test_a_few_pulses_of_a_train_stand_for_all(exposure, monkeypatch):
    numbers = {"wavelength": 1.064e-6, "spot_diameter": 5e-3, "duration": 3e-4, "photons": 5000}
    few = threshold(**numbers, **exposure).radiant_exposure
    monkeypatch.setattr(module, "_MANY", 1000)
    whole = threshold(**numbers, **exposure).radiant_exposure
    assert few == pytest.approx(whole, rel=2e-3)
