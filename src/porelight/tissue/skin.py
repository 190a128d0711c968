"""Facial skin: its layers and its pores.

The layers follow from the zone of the face, the sex, the age and the Fitzpatrick type; the numbers
and their sources are in ``data/tissue/layers.toml``. Only what sources support varies: thickness
with zone, sex and age; melanosomes with skin type; pores with everything (`tissue.population`).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from porelight.data.library import parameter
from porelight.data.values import PACKAGE, LibraryValues
from porelight.errors import ParameterError, did_you_mean
from porelight.quantities import AGE, FRACTION, Floats, Quantity
from porelight.tissue.own_optics import OwnOptics, skin_values
from porelight.tissue.person import Oiliness, Sex, Zone, fitzpatrick_type
from porelight.tissue.population import PorePopulation

if TYPE_CHECKING:
    from porelight.inference.measured_reflectance import MeasuredSpectrum

__all__ = ["LAYERS", "Layer", "LayerName", "Oiliness", "Sex", "Skin", "Zone"]

LayerName = Literal["epidermis", "papillary dermis", "upper plexus", "reticular dermis", "fat"]
LAYERS: tuple[LayerName, ...] = get_args(LayerName)

_NONE: Mapping[str, float] = MappingProxyType({})
THICKNESS = Quantity(
    "thickness", "m", 1e-6, 1.0, "thickness of a layer of skin", "Millimetres need '* units.mm'."
)
VESSEL_RADIUS = Quantity(
    "vessel_radius", "m", 0.0, 1e-3, "radius of blood vessels", "Micrometres need '* units.um'."
)
SCATTERING_RATIO = Quantity(
    "scattering_ratio", "1", 0.05, 20.0, "reduced scattering over that of the forearm"
)
SEBUM = Quantity(
    "sebum",
    "standard deviations",
    -6.0,
    6.0,
    "output above people of the same oiliness",
    "An amount in ug/cm2 belongs into the oiliness.",
)


@dataclass(frozen=True, slots=True)
class Layer:
    """One plane layer of skin: its thickness and its composition.

    Attributes
    ----------
    name : str
        One of `LAYERS`.
    thickness : float
        Thickness [m]; infinite is allowed for the last layer.
    melanosome_fraction, blood_fraction, water_fraction, lipid_fraction : float
        Shares of the volume [-].
    oxygen_saturation : float
        Share of the haemoglobin that carries oxygen [-].
    vessel_radius : float
        Radius of the blood vessels [m]; light does not reach the core of a wide one.
    scattering_ratio : float
        Reduced scattering over that of the inner forearm [-].
    """

    name: LayerName
    thickness: float
    melanosome_fraction: float
    blood_fraction: float
    oxygen_saturation: float
    vessel_radius: float
    water_fraction: float
    lipid_fraction: float
    scattering_ratio: float = 1.0

    def __post_init__(self) -> None:
        """Check that the layer can exist."""
        if self.name not in LAYERS:
            raise ParameterError(f"no layer named {self.name!r}{did_you_mean(self.name, LAYERS)}")
        if self.thickness != math.inf:
            THICKNESS.require(self.thickness, f"thickness of the {self.name}")
        VESSEL_RADIUS.require(self.vessel_radius, f"vessel_radius of the {self.name}")
        SCATTERING_RATIO.require(self.scattering_ratio, f"scattering_ratio of the {self.name}")
        for field in (
            "melanosome_fraction",
            "blood_fraction",
            "oxygen_saturation",
            "water_fraction",
            "lipid_fraction",
        ):
            FRACTION.require(getattr(self, field), f"{field} of the {self.name}")
        # melanosomes and blood hold water themselves, so only the three largest shares must fit
        total = self.water_fraction + self.lipid_fraction + self.melanosome_fraction
        if total > 1.0:
            raise ParameterError(
                f"water, lipid and melanosomes of the {self.name} fill {total:g} of it; expected "
                "at most 1. Lower one of the fractions."
            )


@dataclass(frozen=True, slots=True, repr=False)
class Skin:
    """A patch of facial skin: who, where, its layers from the surface down, and its pores.

    With `optics` that were measured on this person the layers are those of their middle, and all
    that follows from light takes them in place of how people of the type differ.
    """

    zone: Zone
    fitzpatrick: int
    age: float
    sex: Sex
    oiliness: Oiliness
    layers: tuple[Layer, ...]
    pores: PorePopulation
    sebum: float = 0.0  # output above people of the same oiliness
    optics: OwnOptics | None = None  # measured on this person, at this zone

    def __post_init__(self) -> None:
        """Check every field."""
        for name, value, known in (
            ("zone", self.zone, get_args(Zone)),
            ("sex", self.sex, get_args(Sex)),
            ("oiliness", self.oiliness, get_args(Oiliness)),
        ):
            if value not in known:
                raise ParameterError(f"no {name} named {value!r}{did_you_mean(str(value), known)}")
        object.__setattr__(self, "fitzpatrick", fitzpatrick_type(self.fitzpatrick))
        AGE.require(self.age)
        SEBUM.require(self.sebum)
        if not self.layers or any(math.isinf(layer.thickness) for layer in self.layers[:-1]):
            raise ParameterError(
                "skin needs at least one layer, and only the last may be infinite."
            )
        if self.optics is not None and self.optics.site != self.zone:
            raise ParameterError(
                f"the optics are of the {self.optics.site}, the skin is a {self.zone}; carry them "
                f"there by optics.at({self.zone!r})."
            )

    def __repr__(self) -> str:
        sebum = f" and sebum {self.sebum:+g} sd" if self.sebum else ""
        own = "" if self.optics is None else f", optics of {self.optics.source}"
        return (
            f"Skin({self.zone}, type {self.fitzpatrick}, {self.age:g} years, {self.sex}, "
            f"{self.oiliness} oiliness{sebum}, {len(self.layers)} layers, {self.pores!r}{own})"
        )

    @classmethod
    def typical(  # noqa: PLR0913, PLR0917  the description of a person
        cls,
        zone: Zone,
        fitzpatrick: int,
        age: float,
        sex: Sex = "female",
        oiliness: Oiliness = "normal",
        pores: PorePopulation | None = None,
        values: Mapping[str, float] = _NONE,
        optics: OwnOptics | None = None,
    ) -> "Skin":
        """Return typical skin of such a person, or of this person where the optics are known.

        Parameters
        ----------
        zone : {"forehead", "glabella", "nose", "cheek", "chin"}
            Part of the face.
        fitzpatrick : int
            Skin type, 1 to 6.
        age : float
            Age of the person [years].
        sex : {"female", "male"}
            Sex of the person.
        oiliness : {"dry", "normal", "oily"}
            Oiliness; it sets the typical pores alone.
        pores : PorePopulation, optional
            Measured pores of this skin; typical ones when left out.
        values : mapping of str to float
            Numbers of ``layers.toml`` and ``pores.toml`` to use in place of the library's, by
            name [SI].
        optics : OwnOptics, optional
            Optics of this person (`porelight.fit_reflectance`), in place of the type's; what was
            measured at another site is carried to the zone.

        Raises
        ------
        ParameterError
            If a value is unknown or impossible.

        Examples
        --------
        >>> skin = Skin.typical("nose", 3, 35.0)
        >>> [layer.name for layer in skin.layers][:2]
        ['epidermis', 'papillary dermis']
        """
        if zone not in get_args(Zone):
            raise ParameterError(f"no zone named {zone!r}{did_you_mean(str(zone), get_args(Zone))}")
        if sex not in get_args(Sex):
            raise ParameterError(f"no sex named {sex!r}{did_you_mean(str(sex), get_args(Sex))}")
        fitzpatrick = fitzpatrick_type(fitzpatrick)
        AGE.require(age)
        if pores is None:
            pores = PorePopulation.typical(zone, fitzpatrick, age, sex, oiliness, values=values)
        if optics is not None:
            optics = optics.at(zone)
            values = {**values, **skin_values(optics.middle)}
        layers = _layers(zone, fitzpatrick, age, sex, LibraryValues("layers", values))
        return cls(zone, fitzpatrick, age, sex, oiliness, layers, pores, optics=optics)

    @classmethod
    def from_reflectance(  # noqa: PLR0913  the description of a person, and of the measurement
        cls,
        spectrum: "MeasuredSpectrum",
        zone: Zone,
        fitzpatrick: int,
        age: float,
        sex: Sex = "female",
        oiliness: Oiliness = "normal",
        pores: PorePopulation | None = None,
        *,
        site: str = "forearm",
        port: float | None = None,
        specular: Literal["included", "excluded"] = "included",
        seed: int = 1,
    ) -> "Skin":
        """Return the skin of a person whose reflectance was measured.

        Its forecasts have what the spectrum leaves open of this person in place of how people of
        the type differ. `porelight.fit_reflectance` does the same and tells every number with its
        interval.

        Parameters
        ----------
        spectrum : MeasuredSpectrum
            Wavelengths [m], reflectance and, if known, its standard error [-].
        zone, fitzpatrick, age, sex, oiliness, pores
            As for `typical`.
        site, port, specular, seed
            As for `porelight.fit_reflectance`.

        Raises
        ------
        ParameterError
            If a value is impossible, or the spectrum is no person's.
        """
        # the one door upwards: people look for it here, and what it opens stands on this room
        fit = import_module("porelight.workflows.fit_reflectance").fit_reflectance
        of_the_face = {} if site == "forearm" else {"age": age, "sex": sex}
        found = fit(spectrum, site=site, port=port, specular=specular, seed=seed, **of_the_face)
        skin: Skin = found.skin(zone, fitzpatrick, age, sex, oiliness, pores)
        return skin

    def with_draw(self, values: Mapping[str, float]) -> "Skin":
        """Return the skin of one draw of its person's optics, or of people of its type.

        Layers that were stated are returned as they are.
        """
        person = (self.zone, self.fitzpatrick, self.age, self.sex)
        middle = {} if self.optics is None else skin_values(self.optics.middle)
        if self.layers != _layers(*person, LibraryValues("layers", middle)):
            return self
        drawn = {**middle, **values}
        return replace(self, layers=_layers(*person, LibraryValues("layers", drawn)))

    def layer(self, name: LayerName) -> Layer:
        """Return the layer of this name."""
        for layer in self.layers:
            if layer.name == name:
                return layer
        known = [layer.name for layer in self.layers]
        raise ParameterError(f"this skin has no layer {name!r}{did_you_mean(name, known)}")

    @property
    def thickness(self) -> Floats:
        """Thickness of the layers from the surface down [m], shape (n_layers,)."""
        return np.array([layer.thickness for layer in self.layers], dtype=np.float64)

    @property
    def interfaces(self) -> Floats:
        """Depth of the lower face of each layer [m], shape (n_layers,)."""
        return np.cumsum(self.thickness)


def _layers(
    zone: Zone, fitzpatrick: int, age: float, sex: Sex, value: LibraryValues
) -> tuple[Layer, ...]:
    decades = (age - value("reference_age")) / 10.0
    dermis = value(f"dermis_thickness_{zone}_{sex}")
    dermis *= (1.0 - value("dermis_thinning_per_decade")) ** decades
    dermis *= value("dermis_thickness_multiplier")
    forearm = (
        epidermis_layer(
            value("epidermis_thickness"), value(f"melanosome_fraction_{fitzpatrick}"), value
        ),
        *layers_with_blood(dermis, value("fat_thickness"), value),
    )
    saturation = _saturation_of_face(value)
    return tuple(
        replace(
            layer,
            blood_fraction=layer.blood_fraction * value(f"blood_ratio_{zone}"),
            oxygen_saturation=saturation if layer.blood_fraction else 0.0,
            scattering_ratio=value("scattering_ratio_face"),
        )
        for layer in forearm
    )


def _saturation_of_face(value: LibraryValues) -> float:
    """Return the oxygen of facial blood: its own number, or a forearm's moved as far as faces are.

    People's oxygen was measured on forearms; where only that is given, the odds of a face are
    higher by the ratio of the library's two numbers, so that it stays between 0 and 1.
    """
    given = value.overriding
    if "oxygen_saturation_face" in given or "oxygen_saturation" not in given:
        return FRACTION.require(value("oxygen_saturation_face"), "oxygen_saturation_face")
    arm = FRACTION.require(value("oxygen_saturation"), "oxygen_saturation")
    usual, face = (
        parameter(PACKAGE, "layers", name).value
        for name in ("oxygen_saturation", "oxygen_saturation_face")
    )
    ratio = face / (1.0 - face) * (1.0 - usual) / usual
    return arm * ratio / (1.0 - arm + arm * ratio)


def epidermis_layer(thickness: float, melanosome_fraction: float, value: LibraryValues) -> Layer:
    """Return epidermis, or a part of it: pigment and no blood.

    Parameters
    ----------
    thickness : float
        Thickness of the layer [m].
    melanosome_fraction : float
        Share of the volume [-].
    value : LibraryValues
        Numbers of ``layers.toml``.
    """
    return Layer(
        name="epidermis",
        thickness=thickness,
        melanosome_fraction=melanosome_fraction,
        blood_fraction=0.0,
        oxygen_saturation=0.0,
        vessel_radius=0.0,
        # melanosomes take the place of cells, with their water and lipid
        water_fraction=value("water_fraction_epidermis") * (1.0 - melanosome_fraction),
        lipid_fraction=value("lipid_fraction_dermis") * (1.0 - melanosome_fraction),
    )


def layers_with_blood(dermis: float, fat: float, value: LibraryValues) -> tuple[Layer, ...]:
    """Return the dermis in its three layers, and the fat below it.

    Parameters
    ----------
    dermis, fat : float
        Thickness of the dermis and of the fat [m].
    value : LibraryValues
        Numbers of ``layers.toml``.

    Raises
    ------
    ParameterError
        If the dermis is no thicker than its upper two layers.
    """
    papillary, plexus = value("papillary_thickness"), value("upper_plexus_thickness")
    reticular = dermis - papillary - plexus
    if reticular <= 0.0:
        raise ParameterError(
            f"the dermis is {dermis:g} m thick, its papillary layer and upper plexus together "
            f"{papillary + plexus:g} m; expected a thicker dermis. Check the overriding values."
        )

    def layer(name: LayerName, key: str, thickness: float) -> Layer:
        fatty = name == "fat"
        return Layer(
            name=name,
            thickness=thickness,
            melanosome_fraction=0.0,
            blood_fraction=value(f"blood_fraction_{key}"),
            oxygen_saturation=value("oxygen_saturation"),
            vessel_radius=value(f"vessel_radius_{'reticular' if fatty else key}"),
            water_fraction=value("water_fraction_fat" if fatty else "water_fraction_dermis"),
            lipid_fraction=value("lipid_fraction_fat" if fatty else "lipid_fraction_dermis"),
        )

    return (
        layer("papillary dermis", "papillary", papillary),
        layer("upper plexus", "plexus", plexus),
        layer("reticular dermis", "reticular", reticular),
        layer("fat", "fat", fat),
    )
