"""``porelight store``: looking after the database and the photographs of a study."""

import os
from typing import Annotated

from cyclopts import App, Parameter

from porelight.cli.choices import AsJson, StoreOption, opened
from porelight.cli.console import complain, print_json, progress_bar, say

store = App(name="store", help="The database and the sealed photographs of a study.")


@store.command
def check(
    *,
    repair: Annotated[bool, Parameter(negative="")] = False,
    head: str | None = None,
    store: StoreOption = None,
    json: AsJson = False,
) -> int:
    """Look for anything that was changed, lost or left: records, photographs, and the log itself.

    Parameters
    ----------
    repair
        Sweep away what killed processes have left. What was changed or lost cannot be mended.
    head
        End of the log as an earlier check printed it; the log must still hold it.
    """
    from porelight.store.checking import check_store  # noqa: PLC0415
    from porelight.store.log import LogHead  # noqa: PLC0415

    noted = None if head is None else LogHead.of(head)
    with opened(store) as opened_store, progress_bar("checking", quiet=json) as progress:
        found = check_store(opened_store, repair=repair, noted=noted, progress=progress)
    if json:
        print_json(
            {
                "is_sound": found.is_sound,
                "is_repaired": repair,
                "findings": [{"kind": one.kind, "what": one.text} for one in found.findings],
                "records": found.n_records,
                "photographs": found.n_photographs,
                "head": str(found.head),
            }
        )
        return 0 if found.is_sound else 1
    for one in found.findings:
        done = "swept" if one.kind == "left" and repair else one.kind
        complain(f"{done}: {one.text}")
    say(f"{found.n_records} records and {found.n_photographs} photographs were looked at")
    say(f"end of the log, to be noted elsewhere: {found.head}")
    say("sound" if found.is_sound else "NOT sound")
    return 0 if found.is_sound else 1


@store.command
def erase(subject: str, /, *, why: str, store: StoreOption = None, json: AsJson = False) -> int:
    """Erase everything of a subject, for good: nothing of its photographs can be read afterwards.

    Parameters
    ----------
    subject
        Its pseudonym.
    why
        The reason, for the log, which keeps that the subject was there.
    """
    from porelight.store.erasing import erase_subject  # noqa: PLC0415

    with opened(store) as opened_store:
        erased = erase_subject(opened_store, subject, why)
    if json:
        print_json({"subject": subject, "erased": erased.counts, "is_clean": erased.is_clean})
        return 0
    gone = ", ".join(f"{n} {name}" for name, n in erased.counts.items() if n) or "nothing was kept"
    say(f"{subject} is erased: {gone}")
    if not erased.is_clean:
        complain(
            "another process reads the database, so traces of numbers may stay in its file until "
            "'porelight store check --repair'; photographs cannot be read."
        )
    return 0


@store.command
def upgrade(*, store: StoreOption = None) -> int:
    """Bring a store of an earlier porelight to today's tables; copy it first, no way leads back."""
    from porelight.store.address import store_address  # noqa: PLC0415
    from porelight.store.database import Database  # noqa: PLC0415
    from porelight.store.migration import upgrade as upgraded  # noqa: PLC0415
    from porelight.store.schema import HEAD  # noqa: PLC0415
    from porelight.store.store import require_there  # noqa: PLC0415

    address = store_address(store)
    require_there(address)
    database = Database(address)
    before = upgraded(database, begun=True)
    database.close()
    say(f"schema {before}, now {HEAD}" if before != HEAD else f"schema {HEAD} already")
    return 0


@store.command
def work(
    *,
    name: str | None = None,
    until_empty: Annotated[bool, Parameter(negative="")] = False,
    with_parent: Annotated[bool, Parameter(negative="", show=False)] = False,
    store: StoreOption = None,
) -> int:
    """Do the jobs that wait in a store; several may run, on several computers with PostgreSQL.

    Parameters
    ----------
    name
        Name of this worker, not that of any other.
    until_empty
        End when no job is left, instead of waiting for more.
    with_parent
        End when the process that started this one has ended.
    """
    import cv2  # noqa: PLC0415

    from porelight.store.work import work as do_jobs  # noqa: PLC0415

    cv2.setNumThreads(int(os.environ.get("OMP_NUM_THREADS", "0")))
    parent = os.getppid()
    with opened(store) as opened_store:
        done = do_jobs(
            opened_store,
            name or f"{os.uname().nodename}-{os.getpid()}",
            until_empty=until_empty,
            is_wanted=lambda: not with_parent or os.getppid() == parent,
        )
    say(f"{done.n_done} done, {done.n_failed} failed")
    return 0
