"""Claims about stores of earlier schemas: each that was ever released becomes one of today's."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from porelight.errors import StoreError
from porelight.store import migration
from porelight.store.database import Database
from porelight.store.schema import HEAD, METADATA, RECORDS

# databases with data in every table, as they were when the schema was released; never changed
DUMPS = Path(__file__).parent / "schemas"
SCHEMAS = sorted({path.name.split("-")[0] for path in DUMPS.glob("*.sql")})


@pytest.fixture
def config():
    made = Config()
    made.set_main_option("script_location", str(Path(migration.__file__).with_name("migrations")))
    return made


@pytest.fixture(params=SCHEMAS)
def earlier(request, empty_address):
    """Return a database of an earlier schema."""
    name = "sqlite" if empty_address.file is not None else "postgresql"
    text = (DUMPS / f"{request.param}-{name}.sql").read_text(encoding="utf-8")
    database = Database(empty_address)
    raw = database._engine.raw_connection()
    if database.is_sqlite:
        # a dump has its tables in the order of their names
        raw.driver_connection.executescript(f"PRAGMA foreign_keys = OFF;\n{text}")
        raw.driver_connection.execute("PRAGMA foreign_keys = ON")
    else:
        raw.driver_connection.execute(text)
        raw.commit()
    raw.close()
    yield database
    database.close()


def test_every_schema_has_a_dump_and_the_newest_is_known(config):
    script = ScriptDirectory.from_config(config)
    assert script.get_current_head() == HEAD
    assert [one.revision for one in script.walk_revisions()][::-1] == SCHEMAS


def test_an_earlier_store_becomes_one_of_today_with_all_that_is_in_it(earlier):
    with earlier.reading() as connection:
        tables = sa.inspect(connection).get_table_names()
        before = {
            name: connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar()
            for name in tables
        }
    assert all(before[table.name] for table in RECORDS)
    migration.upgrade(earlier, begun=True)
    with earlier.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
        for name, n in before.items():
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar() == n
    migration.require_schema(earlier)
    with (
        pytest.raises(StoreError, match="append-only"),
        earlier.transaction() as connection,
    ):
        connection.exec_driver_sql("DELETE FROM log")


def test_no_way_leads_back(store, config):
    with store.database.transaction() as connection:
        config.attributes["connection"] = connection
        with pytest.raises(StoreError, match="never taken back to an earlier schema"):
            command.downgrade(config, "base")


def test_an_older_schema_says_what_to_do(store):
    with store.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    with pytest.raises(StoreError, match="then run 'porelight store upgrade'"):
        migration.require_schema(store.database)
