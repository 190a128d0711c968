"""From an earlier schema to today's; never back."""

from pathlib import Path

from sqlalchemy import Connection, text

from porelight.errors import StoreError
from porelight.store.database import Database
from porelight.store.schema import HEAD

_VERSIONS = "alembic_version"
_LOCK = 0x706F7265  # of PostgreSQL: nobody else changes the schema meanwhile


def require_schema(database: Database) -> None:
    """Refuse a database without a study, or with another schema than today's.

    Raises
    ------
    StoreError
        With what to do.
    """
    found = _schema(database)
    if not found:
        raise StoreError(
            f"store {database.address}: there is no study in it; 'porelight study init NAME' with "
            "the same --store begins one."
        )
    if found > HEAD:
        raise StoreError(
            f"store {database.address}: its schema is {found}, made by a newer porelight than this "
            f"one, which knows {HEAD}; update porelight."
        )
    if found < HEAD:
        raise StoreError(
            f"store {database.address}: its schema is {found}, this porelight needs {HEAD}. Copy "
            "the database and its folder, then run 'porelight store upgrade'."
        )


def upgrade(database: Database, *, begun: bool = False) -> str:
    """Make the tables that are missing, all or none; returns the schema that was there before.

    Parameters
    ----------
    database : Database
        The database.
    begun : bool
        Whether there must be a study in it.

    Raises
    ------
    StoreError
        If the schema is newer than this porelight, or there is no study.
    """
    from alembic import command  # noqa: PLC0415  a third of a second, seldom needed
    from alembic.config import Config  # noqa: PLC0415

    before = _schema(database)
    if before > HEAD or (begun and not before):
        require_schema(database)
    config = Config()
    place = str(Path(__file__).with_name("migrations"))
    config.set_main_option("script_location", place.replace("%", "%%"))
    with database.transaction() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return before


def _schema(database: Database) -> str:
    if not database.has_table(_VERSIONS):
        return ""
    with database.reading() as connection:
        return _version(connection)


def _version(connection: Connection) -> str:
    found = connection.execute(text(f"SELECT version_num FROM {_VERSIONS}")).scalar()  # noqa: S608
    return str(found or "")
