import math
import threading

import numpy as np

from porelight.grid import Grid
from porelight.laser.beam import Beam
from porelight.light import preparation
from porelight.light.preparation import prepare
from porelight.light.transport import scene_of
from porelight.tissue.optics import LayeredOptics

ONE = np.ones(1)
SCENE = scene_of(
    LayeredOptics(ONE * math.inf, ONE * 1e3, ONE * 1e3, ONE * 0.5, ONE * 1.4),
    Beam("pencil", 1e-3),
    Grid(np.array([0.0, 1e-3]), np.array([0.0, 1e-3])),
)


def test_prepared_scene_is_ready_at_once():
    prepare(SCENE)

    assert prepare(SCENE) < preparation._PATIENCE


def test_hook_is_called_once_when_it_takes_long(monkeypatch):
    # a kernel that takes as long as the hook needs to be called
    called = threading.Semaphore(0)
    monkeypatch.setattr(preparation, "_PATIENCE", 0.0)
    monkeypatch.setattr(preparation, "tracer", lambda *_: lambda _: called.acquire(timeout=30.0))

    prepare(SCENE, on_waiting=called.release)

    assert not called.acquire(blocking=False)


def test_hook_is_not_called_for_what_is_ready():
    told = []
    prepare(SCENE)

    prepare(SCENE, on_waiting=lambda: told.append("waiting"))

    assert told == []
