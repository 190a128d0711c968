"""``porelight trial``: a virtual trial before a real one."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from porelight.cli.choices import AsJson, Output
from porelight.cli.console import print_json, print_rows, progress_bar, say


def trial(
    design: Annotated[Path, Parameter(help="TOML file; docs/trials.md shows one.")],
    /,
    *,
    output: Output,
    json: AsJson = False,
) -> int:
    """Simulate a trial: power, assurance, effect, false positives, and which unknown decides it.

    Subjects are drawn from virtual people of the given types, ages and oiliness; they miss
    sessions, drop out, and are photographed with a camera's error.

    Parameters
    ----------
    output
        Folder for trial.html, one page with all that it rests on, and trial.json.
    """
    from porelight.files.documents import save_document  # noqa: PLC0415
    from porelight.files.trials import (  # noqa: PLC0415
        DOCUMENT,
        PAGE,
        TRIAL,
        read_trial,
        trial_document,
    )
    from porelight.files.writing import (  # noqa: PLC0415
        folder_replacing,
        require_output_folder,
        write_text,
    )
    from porelight.report.trial_page import (  # noqa: PLC0415
        answer,
        check_rows,
        decides_rows,
        trial_page,
        visit_rows,
    )
    from porelight.workflows.trial import trial as simulated  # noqa: PLC0415

    require_output_folder(output, TRIAL)
    asked = read_trial(design)
    with progress_bar("simulating", quiet=json) as progress:
        found = simulated(asked, progress)
    document = trial_document(found)
    with folder_replacing(output, TRIAL) as folder:
        save_document(document, folder / DOCUMENT)
        write_text(folder / PAGE, trial_page(found))
    if json:
        print_json(document)
        return 0
    print_rows("effect at each visit", visit_rows(found))
    print_rows("what decides it", decides_rows(found))
    print_rows("checks of the analysis", check_rows(found))
    say(answer(found))
    say(f"written: {output}")
    return 0
