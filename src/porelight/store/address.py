"""Where a store is: its database by URL, and the folder of photographs and keys beside it."""

import os
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from porelight.errors import StoreError

VARIABLE = "PORELIGHT_STORE"
_FOLDER = "files"  # of the URL's query
_EXPECTED = (
    "expected sqlite:///FILE.db, a path that ends in .db, or "
    "postgresql://USER@HOST/DATABASE?files=FOLDER"
)


@dataclass(frozen=True, slots=True)
class StoreAddress:
    """A database, and where its photographs and keys lie.

    Attributes
    ----------
    url : sqlalchemy.URL
        The database, with the driver.
    folder : Path
        Folder of the sealed photographs, the keys and the anchor of the log.
    """

    url: URL
    folder: Path

    @property
    def file(self) -> Path | None:
        """The file of an SQLite database; None of PostgreSQL."""
        return Path(self.url.database or "") if self.url.get_backend_name() == "sqlite" else None

    @property
    def text(self) -> str:
        """The address as another process of this computer is told it, password included."""
        shown = self.url.set(drivername=self.url.get_backend_name())
        shown = shown.update_query_dict({_FOLDER: str(self.folder)})
        return shown.render_as_string(hide_password=False)

    def __str__(self) -> str:
        """Return the address for people, without a password."""
        shown = self.url.set(drivername=self.url.get_backend_name())
        return str(self.file) if self.file else shown.render_as_string(hide_password=True)


def store_address(text: str | None = None) -> StoreAddress:
    """Return where a store is.

    Parameters
    ----------
    text : str, optional
        URL, or the path of an SQLite file. If left out, what the environment variable
        PORELIGHT_STORE says; else ``study.db`` in the user's data folder of this platform.

    Raises
    ------
    StoreError
        If it names no database that porelight knows.
    """
    given = text or os.environ.get(VARIABLE, "")
    if not given:
        given = f"sqlite:///{user_data_path('porelight', appauthor=False) / 'study.db'}"
    elif "://" not in given and given.endswith(".db"):
        given = f"sqlite:///{given}"
    try:
        url = make_url(given)
    except ArgumentError:
        raise StoreError(f"store {_named(given)} is no address; {_EXPECTED}.") from None
    folder = url.query.get(_FOLDER)
    unknown = sorted(set(url.query) - {_FOLDER, "sslmode", "options"})
    if unknown or isinstance(folder, tuple):
        raise StoreError(f"store: {(unknown or [_FOLDER])[0]!r} is not understood; {_EXPECTED}.")
    url = url.difference_update_query([_FOLDER])
    match url.get_backend_name():
        case "sqlite" if url.database and url.database != ":memory:":
            file = Path(url.database).absolute()
            beside = file.with_name(f"{file.name}.files")
            url = url.set(drivername="sqlite+pysqlite", database=str(file))
        case "postgresql" if url.database:
            beside = user_data_path("porelight", appauthor=False) / f"postgresql-{url.database}"
            url = url.set(drivername="postgresql+psycopg")
        case _:
            raise StoreError(f"store {_named(given)} cannot be used; {_EXPECTED}.")
    return StoreAddress(url, Path(folder).absolute() if folder else beside)


def _named(given: str) -> str:
    """Return an address as a message may repeat it: what follows ``://`` may hold a password."""
    scheme, mark, _ = given.partition("://")
    return repr(f"{scheme[:60]}{mark}{'...' if mark else ''}")
