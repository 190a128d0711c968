"""Which unknown number matters most: total-order sensitivities with their confidence."""

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from porelight.course.outcome_registry import outcome_variables
from porelight.errors import InputFileError
from porelight.report import palette
from porelight.report.drawing import drawing, new_figure

SHOWN = 10  # factors in the figure; the file holds all
_COLOURS = {
    "seen": palette.BLUE,
    "derived": palette.BLUE,
    "recalled": palette.BLUE,
    "many": palette.GREY,
}


def sensitivity_figure(document: Mapping[str, Any]) -> Figure:
    """Return one bar per factor, coloured by how the number is known.

    Parameters
    ----------
    document : mapping
        Document of a sensitivity, from `porelight.files.sensitivities.load_sensitivity`.

    Raises
    ------
    InputFileError
        If the document lacks factors.
    """
    factors = leading_factors(document)
    with drawing():
        figure = new_figure(0.3 * len(factors) + 0.9, width=7.1)
        axes = figure.subplots()
        for place, one in enumerate(factors):
            colour = _COLOURS.get(one["evidence"], palette.ORANGE)
            axes.barh(
                place,
                100.0 * one["total_order"],
                xerr=100.0 * one["total_order_error"],
                height=0.62,
                color=colour,
                hatch=""
                if colour == palette.BLUE
                else "///"
                if colour == palette.ORANGE
                else "...",
                edgecolor="white",
                error_kw={"ecolor": palette.INK, "elinewidth": 0.9, "capsize": 2.0},
            )
            axes.plot(100.0 * one["first_order"], place, "|", color=palette.INK, markersize=9.0)
        axes.set_yticks(range(len(factors)), [in_words(one) for one in factors])
        axes.set_ylim(len(factors) - 0.4, -0.6)
        axes.set_xlim(left=0.0)
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel("share of the variance left if all else were known [%]")
        axes.grid(visible=True, axis="x")
        axes.set_axisbelow(True)
    return figure


def leading_factors(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the factors that matter most, with plain numbers."""
    try:
        return [
            {
                "name": str(one["name"]),
                "evidence": str(one["evidence"]),
                **{
                    key: float(one[key])
                    for key in ("total_order", "total_order_error", "first_order")
                },
            }
            for one in document["factors"][:SHOWN]
        ]
    except (KeyError, TypeError, ValueError):
        raise InputFileError(
            "the sensitivities lack factors with their orders; make them again with "
            "'porelight sensitivity'."
        ) from None


def outcome_in_words(document: Mapping[str, Any]) -> str:
    """Return the label of the outcome whose spread was explained; its name if it is not ours."""
    name = str(document["outcome"])
    known = outcome_variables()
    return known[name].label if name in known else name.replace("_", " ")


def in_words(factor: Mapping[str, Any]) -> str:
    """Return a factor's name and how it is known, as a label."""
    known = "" if factor["evidence"] == "many" else f" ({factor['evidence']})"
    return f"{factor['name'].replace('_', ' ')}{known}"
