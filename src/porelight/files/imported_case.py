"""What a reader of another program's input hands over."""

from dataclasses import dataclass

from porelight.files.light_case import LightCase


@dataclass(frozen=True, slots=True)
class ImportedCase:
    """A light case from another program's input.

    Attributes
    ----------
    name : str
        Which of several in one file it is, such as "source 2"; empty if there is one.
    case : LightCase
        The same case.
    notes : tuple of str
        What the two programs do differently with it, and keys that have no effect here.
    photons : float
        Photons that the other program was to follow; 0 where its input does not say.
    seed : int or None
        Seed of its random numbers; None where it draws one, or numbers them otherwise.
    """

    name: str
    case: LightCase
    notes: tuple[str, ...]
    photons: float = 0.0
    seed: int | None = None

    @property
    def options(self) -> str:
        """The options of ``porelight light run`` for as many photons; empty for none."""
        told = [f"--photons {self.photons:g}"] if self.photons > 0.0 else []
        if self.seed is not None:
            told.append(f"--seed {self.seed}")
        return " ".join(told)
