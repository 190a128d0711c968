"""``porelight learn``: a study of many narrows everybody's forecast."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from porelight.cli.choices import AsJson, Output
from porelight.cli.console import print_json, print_rows, say, simulating
from porelight.cli.numbers import Draws, Seed, typed


def learn(
    study: Annotated[Path, Parameter(help="CSV file of visits; docs/learning.md shows one.")],
    /,
    *,
    output: Output,
    draws: Draws = 4000,
    members: Annotated[int, typed("course.settings.N_MEMBERS")] = 25,
    seed: Seed = 1,
    json: AsJson = False,
) -> int:
    """Learn what nobody knows of healing from many people's follow-ups, for anybody's forecast.

    The study is simulated as it was made in many worlds, each with other knowledge, and the worlds
    in which it came out as it did are kept. 'simulate' and 'follow-up' take the result by
    --population.

    Parameters
    ----------
    output
        Folder for learned.html, one page of what was learned, and population.json.
    draws
        Draws of what nobody knows. The more, the less is blurred.
    members
        Draws of the physics; forecasts that begin with the result have as many.
    seed
        The same seed gives the same numbers.
    """
    from porelight.files.documents import save_document  # noqa: PLC0415
    from porelight.files.followed_studies import read_followed_study  # noqa: PLC0415
    from porelight.files.populations import (  # noqa: PLC0415
        DOCUMENT,
        PAGE,
        POPULATION,
        population_document,
    )
    from porelight.files.writing import (  # noqa: PLC0415
        folder_replacing,
        require_output_folder,
        write_text,
    )
    from porelight.report.learned_page import (  # noqa: PLC0415
        learned_answer,
        learned_page,
        trust_rows,
        unknown_rows,
    )
    from porelight.workflows.learn import USUAL_WORLDS  # noqa: PLC0415
    from porelight.workflows.learn import learn as learned  # noqa: PLC0415

    require_output_folder(output, POPULATION)
    content = read_followed_study(study)
    settings = replace(USUAL_WORLDS, draws=2 * draws, members=members, seed=seed)
    with simulating("simulating", quiet=json) as progress:
        found = learned(content.people, settings, left_out=content.left_out, progress=progress)
    document = population_document(found)
    with folder_replacing(output, POPULATION) as folder:
        save_document(document, folder / DOCUMENT)
        write_text(folder / PAGE, learned_page(found))
    if json:
        print_json({name: value for name, value in document.items() if name != "draws"})
        return 0
    print_rows("what was learned of what nobody knows", unknown_rows(found))
    print_rows("how far it can be trusted", trust_rows(found))
    for name, why in content.left_out.items():
        say(f"left out: {name}, {why}")
    say(learned_answer(found))
    say(f"written: {output}")
    return 0
