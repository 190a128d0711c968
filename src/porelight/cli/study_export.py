"""``porelight study export``: a study in the formats of other programs."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from porelight.cli.choices import AsJson, Output, StoreOption, opened
from porelight.cli.console import print_json, progress_bar, say
from porelight.errors import InputFileError
from porelight.files.study_exports.formats import STUDY_FORMATS, StudyFormatKey

if TYPE_CHECKING:
    from porelight.files.study_exports.content import StudyFiles
    from porelight.progress import Progress

_MEANINGS = "; ".join(f"{key}: {one.meaning}" for key, one in STUDY_FORMATS.items())


def export(  # noqa: PLR0913  each is an option of the command line
    *,
    to: Annotated[StudyFormatKey, Parameter(help=f"Format. {_MEANINGS}.")],
    output: Output,
    visit: Annotated[list[str] | None, Parameter(negative="")] = None,
    dates: bool = True,
    photographs: Annotated[bool, Parameter(negative="")] = False,
    license: str | None = None,
    author: Annotated[list[str] | None, Parameter(negative="")] = None,
    store: StoreOption = None,
    json: AsJson = False,
) -> int:
    """Write a study for other programs; subjects that were erased are not in it.

    Parameters
    ----------
    output
        Folder to write, new or empty; of netcdf a file that ends in .nc.
    visit
        Export this visit only; may be given several times. All when left out.
    dates
        Leave dates out with --no-dates; days since each subject's first visit stay.
    photographs
        Put the photographs into ro-crate and zip, upright and without metadata. Into dicom they go
        in any case, and into the others never.
    license
        Licence of ro-crate and zip: an identifier of SPDX such as CC-BY-4.0, or an address.
    author
        Author of ro-crate and zip, 'Name' or 'Name <https://orcid.org/...>'; may be given several
        times.
    """
    from porelight.files.study_exports.content import ExportTerms  # noqa: PLC0415
    from porelight.store.study_content import study_content  # noqa: PLC0415

    terms = ExportTerms(photographs, license or "", author or ())
    if terms != ExportTerms() and not STUDY_FORMATS[to].has_terms:
        raise InputFileError(
            f"--photographs, --license and --author are for --to ro-crate and zip, not for {to}"
            + (", which has the photographs in any case." if to == "dicom" else ".")
        )
    STUDY_FORMATS[to].require(output)
    with opened(store) as study_store:
        content = study_content(
            study_store, f"exported to {to}", visits=visit or (), with_dates=dates
        )
        with progress_bar(f"exporting to {to}", quiet=json) as progress:
            files = _Heard(content.files, len(content.photographs), progress)
            path = STUDY_FORMATS[to].load()(replace(content, terms=terms, files=files), output)
    told = {
        "output": str(path),
        "to": to,
        "subjects": len(content.subjects),
        "photographs": len(content.photographs),
        "measured": sum(one.measurement is not None for one in content.photographs),
        "comparisons": len(content.comparisons),
        "treatments": len(content.treatments),
        "forecasts": len(content.forecasts),
    }
    if json:
        print_json(told)
        return 0
    counts = [f"{told[key]} {key}" for key in told if key not in ("output", "to") and told[key]]
    say(", ".join(counts))
    say(f"written: {path}")
    return 0


class _Heard:
    """Files of a study whose photographs, which take nearly all of the time, are counted."""

    def __init__(self, files: "StudyFiles", n: int, progress: "Progress") -> None:
        self._files = files
        self._n = n
        self._n_read = 0
        self._progress = progress
        self.pores, self.forecast = files.pores, files.forecast

    def photograph(self, number: int) -> bytes:
        self._progress(self._n_read / self._n)
        self._n_read += 1
        return self._files.photograph(number)
