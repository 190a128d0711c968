"""The first schema."""

from typing import Any, TypeAlias

import sqlalchemy as sa
from alembic import op

from porelight.errors import StoreError

AnyColumn: TypeAlias = "sa.Column[Any]"

revision = "0001"
down_revision = None

_REFUSAL = "the log of a study is append-only"
_TRIGGERS = {
    "sqlite": [
        "CREATE TRIGGER log_no_{word} BEFORE {WORD} ON log "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
    ],
    "postgresql": [
        "CREATE TRIGGER log_no_{word} BEFORE {WORD} ON log "
        "FOR EACH STATEMENT EXECUTE FUNCTION log_is_append_only()",
    ],
}
_FUNCTION = (
    "CREATE FUNCTION log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
)


def upgrade() -> None:
    """Make all tables, and the triggers that keep the log from being changed."""
    _make_store_and_log()
    _make_subjects()
    _make_photographs()
    _make_results()
    _make_jobs()
    dialect = op.get_context().dialect.name
    if dialect == "postgresql":
        op.execute(_FUNCTION)
    words = ("update", "delete", *(["truncate"] if dialect == "postgresql" else []))
    for word in words:
        for statement in _TRIGGERS[dialect]:
            op.execute(statement.format(word=word, WORD=word.upper()))


def downgrade() -> None:
    """Refuse: an earlier porelight would not know what it reads."""
    raise StoreError(
        "a store is never taken back to an earlier schema, since what the newer one holds would be "
        "lost; restore the copy of the database and its folder that was made before the upgrade."
    )


def _text(name: str, length: int, *, empty: bool = False) -> AnyColumn:
    return sa.Column(name, sa.String(length), nullable=empty)


def _long(name: str, *, empty: bool = False) -> AnyColumn:
    return sa.Column(name, sa.Text, nullable=empty)


def _number(name: str) -> AnyColumn:
    return sa.Column(name, sa.Integer, nullable=False)


def _of(name: str, table: str, *, empty: bool = False, indexed: bool = False) -> AnyColumn:
    key = sa.ForeignKey(f"{table}.id")
    return sa.Column(name, sa.Integer, key, nullable=empty, index=indexed)


def _records(name: str, *parts: "sa.Column[Any] | sa.UniqueConstraint") -> None:
    op.create_table(
        name, sa.Column("id", sa.Integer, primary_key=True), *parts, sqlite_autoincrement=True
    )


def _one_row() -> AnyColumn:
    return sa.Column(
        "id", sa.Integer, sa.CheckConstraint("id = 1", name="one_row"), primary_key=True
    )


def _make_store_and_log() -> None:
    op.create_table(
        "store",
        _one_row(),
        _text("study", 60),
        _text("key_uid", 32),
        _text("made_at", 32),
    )
    op.create_table(
        "log",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        _text("at", 32),
        _text("actor", 120),
        _text("action", 20),
        sa.Column("subject_id", sa.Integer, index=True),
        _text("record", 60, empty=True),
        _text("digest", 64, empty=True),
        _long("detail"),
        _text("previous", 64),
        _text("hash", 64),
    )
    op.create_table("log_head", _one_row(), _number("seq"), _text("hash", 64))


def _make_subjects() -> None:
    _records("sites", _text("name", 40), sa.UniqueConstraint("name"))
    _records(
        "subjects",
        _text("uid", 32),
        _text("pseudonym", 40),
        _of("site_id", "sites", empty=True),
        _text("added_at", 32),
        _text("erased_at", 32, empty=True),
        sa.UniqueConstraint("uid"),
        sa.UniqueConstraint("pseudonym"),
    )
    op.create_table(
        "subject_keys",
        sa.Column(
            "subject_id",
            sa.Integer,
            sa.ForeignKey("subjects.id"),
            primary_key=True,
            autoincrement=False,
        ),
        _text("key_uid", 32),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
    )
    _records(
        "visits",
        _of("subject_id", "subjects", indexed=True),
        _text("name", 40),
        _text("date", 10, empty=True),
        sa.UniqueConstraint("subject_id", "name"),
    )


def _make_photographs() -> None:
    _records(
        "photographs",
        _of("subject_id", "subjects", indexed=True),
        _of("visit_id", "visits", indexed=True),
        _text("zone", 20),
        _text("take", 40),
        _text("arm", 40, empty=True),
        _text("sha256", 64),
        _number("n_bytes"),
        _text("scale_source", 12),
        sa.Column("px_per_mm", sa.Double),
        sa.Column("scale_error", sa.Double),
        _text("added_at", 32),
        sa.UniqueConstraint("sha256"),
        sa.UniqueConstraint("visit_id", "zone", "take"),
    )
    _records(
        "treatments",
        _of("subject_id", "subjects", indexed=True),
        _of("visit_id", "visits", empty=True, indexed=True),
        _text("date", 10, empty=True),
        _text("device", 60),
        _long("session"),
        _text("made_at", 32),
    )


def _result() -> list[AnyColumn]:
    return [
        _long("settings"),
        _text("settings_hash", 64),
        _text("version", 80),
        _text("state", 12),
        _long("reason", empty=True),
        _long("summary", empty=True),
        _text("made_at", 32),
    ]


def _make_results() -> None:
    _records(
        "measurements",
        _of("subject_id", "subjects", indexed=True),
        _of("photograph_id", "photographs"),
        *_result(),
        sa.Column("pores", sa.LargeBinary),
        sa.Column("possible", sa.LargeBinary),
        sa.UniqueConstraint("photograph_id", "settings_hash", "version"),
    )
    _records(
        "forecasts",
        _of("subject_id", "subjects", indexed=True),
        *_result(),
        sa.Column("outcome", sa.LargeBinary),
        sa.UniqueConstraint("subject_id", "settings_hash", "version"),
    )
    _records(
        "comparisons",
        _of("subject_id", "subjects", indexed=True),
        _of("before_id", "photographs"),
        _of("after_id", "photographs", indexed=True),
        *_result(),
        sa.UniqueConstraint("before_id", "after_id", "settings_hash", "version"),
    )


def _make_jobs() -> None:
    _records(
        "jobs",
        _of("subject_id", "subjects", empty=True, indexed=True),
        _text("kind", 40),
        _text("key", 200),
        _long("payload"),
        _text("state", 12),
        sa.Column("progress", sa.Double, nullable=False),
        _number("token"),
        _number("beat"),
        _number("tries"),
        _number("is_unwanted"),
        _text("worker", 80, empty=True),
        _long("reason", empty=True),
        _text("made_at", 32),
        _text("ended_at", 32, empty=True),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_jobs_state_id", "jobs", ["state", "id"])
