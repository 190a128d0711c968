"""How well repeated measurements agree, for each quantity of a table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from porelight.errors import ParameterError, did_you_mean
from porelight.photo.agreement import Agreement, LimitsOfAgreement, limits_of_agreement
from porelight.photo.agreement import agreement as agreement_of
from porelight.quantities import Floats


@dataclass(frozen=True, slots=True, eq=False)
class QuantityAgreement:
    """Agreement of one quantity.

    Attributes
    ----------
    repeats : Agreement
        Agreement of all repeats, with the smallest change that is real (`repeatability`).
    first_two : LimitsOfAgreement
        Limits of agreement of the second repeat less the first.
    """

    repeats: Agreement
    first_two: LimitsOfAgreement


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AgreementTable(Mapping[str, QuantityAgreement]):
    """Agreement of each quantity, by its name.

    Attributes
    ----------
    quantities : mapping of str to QuantityAgreement
        Agreement by quantity, in the order of the table.
    """

    quantities: Mapping[str, QuantityAgreement]

    def __getitem__(self, name: str) -> QuantityAgreement:
        if name not in self.quantities:
            raise ParameterError(
                f"no repeats of {name!r} in the table{did_you_mean(name, self.quantities)}"
            )
        return self.quantities[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.quantities)

    def __len__(self) -> int:
        return len(self.quantities)

    def __repr__(self) -> str:
        lines = []
        for name, found in self.quantities.items():
            one = found.repeats
            lines.append(
                f"{name}: {one.n_subjects} subjects, {one.n_repeats} repeats, wCV "
                f"{100.0 * one.wcv.value:.2g} %, smallest real change "
                f"{one.repeatability.value:.3g}, ICC(2,1) {one.icc_agreement.value:.3f}"
            )
        return "\n".join(lines)


def agreement(table: Mapping[str, Floats]) -> AgreementTable:
    """Tell from repeats how repeatable measurements are and how small a change is real.

    Parameters
    ----------
    table : mapping of str to ndarray of float64, shape (subjects, repeats)
        Values of each quantity, all positive (`porelight.files.repeats.read_repeats` reads one).

    Returns
    -------
    AgreementTable

    Raises
    ------
    ParameterError
        If the table is empty, or a quantity has fewer than three subjects or two repeats, a value
        that is missing or not positive, or nothing that differs between subjects.

    Examples
    --------
    >>> import numpy as np
    >>> count = np.array([[201.0, 205.0], [240.0, 238.0], [222.0, 223.0]])
    >>> agreement({"count": count})
    count: 3 subjects, 2 repeats, wCV 0.89 %, smallest real change 5.19, ICC(2,1) 0.989
    """
    if not table:
        raise ParameterError("the table has no quantity; expected one or more, by name.")
    found = {}
    for name, repeats_of_all in table.items():
        values = np.asarray(repeats_of_all, np.float64)
        try:
            repeats = agreement_of(values)
            found[name] = QuantityAgreement(
                repeats, limits_of_agreement(values[:, 0], values[:, 1])
            )
        except ParameterError as problem:
            raise ParameterError(f"{name}: {problem}") from None
    return AgreementTable(MappingProxyType(found))
