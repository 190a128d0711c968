"""porelight: from a photograph to a prediction and back.

The public names; each room loads when its first name is used, so that ``import porelight`` is
immediate.
"""

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

_HOME = {
    "Beam": "porelight.laser.beam",
    "Care": "porelight.course.regimen",
    "Course": "porelight.course.course",
    "Device": "porelight.laser.device",
    "EnsembleSettings": "porelight.course.settings",
    "Exposure": "porelight.laser.exposure",
    "ExtraOutcome": "porelight.course.effects",
    "FittedReflectance": "porelight.workflows.fit_reflectance",
    "FollowUp": "porelight.workflows.follow_up",
    "FollowedPerson": "porelight.workflows.learn",
    "Forecast": "porelight.workflows.forecast",
    "Laws": "porelight.course.laws",
    "LightSetup": "porelight.workflows.light_setup",
    "MeasuredFace": "porelight.workflows.measure",
    "MeasuredPhotograph": "porelight.workflows.measure",
    "MeasuredSpectrum": "porelight.inference.measured_reflectance",
    "Measurement": "porelight.photo.measure",
    "Outcome": "porelight.course.outcome",
    "OutcomeVariable": "porelight.course.outcome_variables",
    "OwnOptics": "porelight.tissue.own_optics",
    "Photograph": "porelight.photo.photograph",
    "Picture": "porelight.photo.picture",
    "Plan": "porelight.planning.plan",
    "PorePopulation": "porelight.tissue.population",
    "PorelightError": "porelight.errors",
    "Precision": "porelight.light.stopping",
    "Scale": "porelight.photo.scale",
    "ScaledPhotograph": "porelight.workflows.scaled_photograph",
    "Session": "porelight.laser.exposure",
    "Skin": "porelight.tissue.skin",
    "TrialArm": "porelight.workflows.trial_design",
    "TrialDesign": "porelight.workflows.trial_design",
    "TrialNoise": "porelight.statistics.virtual_trial",
    "TrialPeople": "porelight.workflows.trial_design",
    "Visit": "porelight.inference.reweighting",
    "WhatIf": "porelight.workflows.what_if",
    "agreement": "porelight.workflows.agreement",
    "compare": "porelight.workflows.compare",
    "credibility": "porelight.workflows.credibility",
    "devices": "porelight.laser.devices",
    "export_outcome": "porelight.files.exports",
    "fit_reflectance": "porelight.workflows.fit_reflectance",
    "follow_up": "porelight.workflows.follow_up",
    "forecast": "porelight.workflows.forecast",
    "landmark_networks": "porelight.files.models",
    "laser_genesis": "porelight.laser.devices",
    "learn": "porelight.workflows.learn",
    "library_injury": "porelight.session.injury_law",
    "light_fluence": "porelight.workflows.light_fluence",
    "light_merge": "porelight.workflows.light",
    "light_paths": "porelight.workflows.light_paths",
    "light_run": "porelight.workflows.light",
    "light_sweep": "porelight.workflows.light_sweep",
    "load_course_state": "porelight.files.course_states",
    "load_measured": "porelight.files.measurements",
    "load_outcome": "porelight.files.outcomes",
    "measure": "porelight.workflows.measure",
    "measure_face": "porelight.workflows.measure",
    "pearl": "porelight.laser.devices",
    "plan": "porelight.workflows.plan",
    "preview": "porelight.workflows.preview",
    "read_course": "porelight.files.courses",
    "read_device": "porelight.files.device_files",
    "read_light_case": "porelight.files.light_case",
    "read_optics": "porelight.files.own_optics",
    "read_photo": "porelight.files.photographs",
    "read_picture": "porelight.files.photographs",
    "read_pulse_path": "porelight.files.pulse_paths",
    "read_repeats": "porelight.files.repeats",
    "read_skin": "porelight.files.courses",
    "read_spectrum": "porelight.files.spectra_of_skin",
    "read_temporal_profile": "porelight.files.temporal_profiles",
    "read_zone_mask": "porelight.files.photographs",
    "reflectance": "porelight.workflows.reflectance",
    "save_comparison": "porelight.files.comparisons",
    "save_course_state": "porelight.files.course_states",
    "save_measurement": "porelight.files.measurements",
    "save_optics": "porelight.files.own_optics",
    "save_outcome": "porelight.files.outcomes",
    "save_plan": "porelight.files.plans",
    "scaled_photograph": "porelight.workflows.scaled_photograph",
    "sensitivity": "porelight.workflows.sensitivity",
    "session_heat": "porelight.workflows.session_heat",
    "sweep": "porelight.files.sweeps",
    "threshold": "porelight.workflows.threshold",
    "trial": "porelight.workflows.trial",
    "units": "porelight",
    "verify": "porelight.workflows.verify",
    "visit": "porelight.workflows.follow_up",
    "what_if": "porelight.workflows.what_if",
    "write_credibility": "porelight.report.credibility_page",
    "write_marker_sheet": "porelight.files.marker_sheet",
    "write_photograph": "porelight.files.photographs",
    "write_report": "porelight.report.page",
}

# names that are clear in their room and need another outside of it
_ORIGINAL = {"landmark_networks": "installed", "read_photo": "read_photograph"}

__all__ = [*sorted(_HOME), "__version__"]  # noqa: PLE0604  the names are strings

if TYPE_CHECKING:
    from porelight import units as units
    from porelight.course.course import Course as Course
    from porelight.course.effects import ExtraOutcome as ExtraOutcome
    from porelight.course.laws import Laws as Laws
    from porelight.course.outcome import Outcome as Outcome
    from porelight.course.outcome_variables import OutcomeVariable as OutcomeVariable
    from porelight.course.regimen import Care as Care
    from porelight.course.settings import EnsembleSettings as EnsembleSettings
    from porelight.errors import PorelightError as PorelightError
    from porelight.files.comparisons import save_comparison as save_comparison
    from porelight.files.course_states import load_course_state as load_course_state
    from porelight.files.course_states import save_course_state as save_course_state
    from porelight.files.courses import read_course as read_course
    from porelight.files.courses import read_skin as read_skin
    from porelight.files.device_files import read_device as read_device
    from porelight.files.exports import export_outcome as export_outcome
    from porelight.files.light_case import read_light_case as read_light_case
    from porelight.files.marker_sheet import write_marker_sheet as write_marker_sheet
    from porelight.files.measurements import load_measured as load_measured
    from porelight.files.measurements import save_measurement as save_measurement
    from porelight.files.models import installed
    from porelight.files.outcomes import load_outcome as load_outcome
    from porelight.files.outcomes import save_outcome as save_outcome
    from porelight.files.own_optics import read_optics as read_optics
    from porelight.files.own_optics import save_optics as save_optics
    from porelight.files.photographs import read_photograph
    from porelight.files.photographs import read_picture as read_picture
    from porelight.files.photographs import read_zone_mask as read_zone_mask
    from porelight.files.photographs import write_photograph as write_photograph
    from porelight.files.plans import save_plan as save_plan
    from porelight.files.pulse_paths import read_pulse_path as read_pulse_path
    from porelight.files.repeats import read_repeats as read_repeats
    from porelight.files.spectra_of_skin import read_spectrum as read_spectrum
    from porelight.files.sweeps import sweep as sweep
    from porelight.files.temporal_profiles import read_temporal_profile as read_temporal_profile
    from porelight.inference.measured_reflectance import MeasuredSpectrum as MeasuredSpectrum
    from porelight.inference.reweighting import Visit as Visit
    from porelight.laser.beam import Beam as Beam
    from porelight.laser.device import Device as Device
    from porelight.laser.devices import devices as devices
    from porelight.laser.devices import laser_genesis as laser_genesis
    from porelight.laser.devices import pearl as pearl
    from porelight.laser.exposure import Exposure as Exposure
    from porelight.laser.exposure import Session as Session
    from porelight.light.stopping import Precision as Precision
    from porelight.photo.measure import Measurement as Measurement
    from porelight.photo.photograph import Photograph as Photograph
    from porelight.photo.picture import Picture as Picture
    from porelight.photo.scale import Scale as Scale
    from porelight.planning.plan import Plan as Plan
    from porelight.report.credibility_page import write_credibility as write_credibility
    from porelight.report.page import write_report as write_report
    from porelight.session.injury_law import library_injury as library_injury
    from porelight.statistics.virtual_trial import TrialNoise as TrialNoise
    from porelight.tissue.own_optics import OwnOptics as OwnOptics
    from porelight.tissue.population import PorePopulation as PorePopulation
    from porelight.tissue.skin import Skin as Skin
    from porelight.workflows.agreement import agreement as agreement
    from porelight.workflows.compare import compare as compare
    from porelight.workflows.credibility import credibility as credibility
    from porelight.workflows.fit_reflectance import FittedReflectance as FittedReflectance
    from porelight.workflows.fit_reflectance import fit_reflectance as fit_reflectance
    from porelight.workflows.follow_up import FollowUp as FollowUp
    from porelight.workflows.follow_up import follow_up as follow_up
    from porelight.workflows.follow_up import visit as visit
    from porelight.workflows.forecast import Forecast as Forecast
    from porelight.workflows.forecast import forecast as forecast
    from porelight.workflows.learn import FollowedPerson as FollowedPerson
    from porelight.workflows.learn import learn as learn
    from porelight.workflows.light import light_merge as light_merge
    from porelight.workflows.light import light_run as light_run
    from porelight.workflows.light_fluence import light_fluence as light_fluence
    from porelight.workflows.light_paths import light_paths as light_paths
    from porelight.workflows.light_setup import LightSetup as LightSetup
    from porelight.workflows.light_sweep import light_sweep as light_sweep
    from porelight.workflows.measure import MeasuredFace as MeasuredFace
    from porelight.workflows.measure import MeasuredPhotograph as MeasuredPhotograph
    from porelight.workflows.measure import measure as measure
    from porelight.workflows.measure import measure_face as measure_face
    from porelight.workflows.plan import plan as plan
    from porelight.workflows.preview import preview as preview
    from porelight.workflows.reflectance import reflectance as reflectance
    from porelight.workflows.scaled_photograph import ScaledPhotograph as ScaledPhotograph
    from porelight.workflows.scaled_photograph import scaled_photograph as scaled_photograph
    from porelight.workflows.sensitivity import sensitivity as sensitivity
    from porelight.workflows.session_heat import session_heat as session_heat
    from porelight.workflows.threshold import threshold as threshold
    from porelight.workflows.trial import trial as trial
    from porelight.workflows.trial_design import TrialArm as TrialArm
    from porelight.workflows.trial_design import TrialDesign as TrialDesign
    from porelight.workflows.trial_design import TrialPeople as TrialPeople
    from porelight.workflows.verify import verify as verify
    from porelight.workflows.what_if import WhatIf as WhatIf
    from porelight.workflows.what_if import what_if as what_if

    landmark_networks = installed
    read_photo = read_photograph


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'porelight' has no attribute {name!r}")
    if name == "units":
        return import_module("porelight.units")
    return getattr(import_module(_HOME[name]), _ORIGINAL.get(name, name))


def __dir__() -> list[str]:
    return sorted(__all__)
