"""The tables of a store, the same on SQLite and PostgreSQL.

Times and dates are ISO 8601 text (UTC), documents are JSON text and hashes hexadecimal text: the
same bytes in both databases, and digested for the log as they stand. `migrations/` makes these
tables; a test holds the two together.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

HEAD = "0001"
"""The newest schema that this porelight knows."""

# names that migrations can say, whatever the database would choose
METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _records(name: str, *columns: Column[int] | Column[str] | Column[float] | Column[bytes],
             unique: tuple[tuple[str, ...], ...] = ()) -> Table:  # fmt: skip
    """Return a table of numbered records; a number is never given twice, for the log names it."""
    return Table(
        name,
        METADATA,
        Column("id", Integer, primary_key=True),
        *columns,
        *(UniqueConstraint(*names) for names in unique),
        sqlite_autoincrement=True,
    )


def _subject(*, nullable: bool = False) -> Column[int]:
    return Column("subject_id", ForeignKey("subjects.id"), nullable=nullable, index=True)


def _result() -> tuple[Column[str], ...]:
    """Return what every result has: what it was asked for, by which version, and what came out."""
    return (
        Column("settings", Text, nullable=False),
        Column("settings_hash", String(64), nullable=False),
        Column("version", String(80), nullable=False),
        Column("state", String(12), nullable=False),  # done, or refused with a reason
        Column("reason", Text),
        Column("summary", Text),
        Column("made_at", String(32), nullable=False),
    )


STORE = Table(
    "store",
    METADATA,
    Column("id", Integer, CheckConstraint("id = 1", name="one_row"), primary_key=True),
    Column("study", String(60), nullable=False),
    Column("key_uid", String(32), nullable=False),  # of the store key in force
    Column("made_at", String(32), nullable=False),
)

LOG = Table(
    "log",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("actor", String(120), nullable=False),
    Column("action", String(20), nullable=False),
    Column("subject_id", Integer, index=True),  # no key: an entry outlives what it tells of
    Column("record", String(60)),  # table and number
    Column("digest", String(64)),  # of the record as it was written; empty if it was removed
    Column("detail", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

LOG_HEAD = Table(
    "log_head",
    METADATA,
    Column("id", Integer, CheckConstraint("id = 1", name="one_row"), primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)

SITES = _records("sites", Column("name", String(40), nullable=False), unique=(("name",),))

SUBJECTS = _records(
    "subjects",
    Column("uid", String(32), nullable=False),  # names its folder of photographs
    Column("pseudonym", String(40), nullable=False),
    Column("site_id", ForeignKey("sites.id")),
    Column("added_at", String(32), nullable=False),
    Column("erased_at", String(32)),
    unique=(("uid",), ("pseudonym",)),
)

SUBJECT_KEYS = Table(
    "subject_keys",
    METADATA,
    Column("subject_id", ForeignKey("subjects.id"), primary_key=True, autoincrement=False),
    Column("key_uid", String(32), nullable=False),  # of the store key that it is wrapped with
    Column("wrapped", LargeBinary, nullable=False),
)

VISITS = _records(
    "visits",
    _subject(),
    Column("name", String(40), nullable=False),
    Column("date", String(10)),
    unique=(("subject_id", "name"),),
)

PHOTOGRAPHS = _records(
    "photographs",
    _subject(),
    Column("visit_id", ForeignKey("visits.id"), nullable=False, index=True),
    Column("zone", String(20), nullable=False),
    Column("take", String(40), nullable=False),
    Column("arm", String(40)),
    Column("sha256", String(64), nullable=False),
    Column("n_bytes", Integer, nullable=False),
    Column("scale_source", String(12), nullable=False),
    Column("px_per_mm", Double),
    Column("scale_error", Double),
    Column("added_at", String(32), nullable=False),
    unique=(("sha256",), ("visit_id", "zone", "take")),
)

MEASUREMENTS = _records(
    "measurements",
    _subject(),
    Column("photograph_id", ForeignKey("photographs.id"), nullable=False),
    *_result(),
    Column("pores", LargeBinary),  # pores.csv and possible.csv, deflated
    Column("possible", LargeBinary),
    unique=(("photograph_id", "settings_hash", "version"),),
)

TREATMENTS = _records(
    "treatments",
    _subject(),
    Column("visit_id", ForeignKey("visits.id"), index=True),
    Column("date", String(10)),
    Column("device", String(60), nullable=False),
    Column("session", Text, nullable=False),  # as a [[session]] of a course file, in JSON
    Column("made_at", String(32), nullable=False),
)

FORECASTS = _records(
    "forecasts",
    _subject(),
    *_result(),
    Column("outcome", LargeBinary),  # NetCDF
    unique=(("subject_id", "settings_hash", "version"),),
)

COMPARISONS = _records(
    "comparisons",
    _subject(),
    Column("before_id", ForeignKey("photographs.id"), nullable=False),
    Column("after_id", ForeignKey("photographs.id"), nullable=False, index=True),
    *_result(),
    unique=(("before_id", "after_id", "settings_hash", "version"),),
)

JOBS = _records(
    "jobs",
    _subject(nullable=True),
    Column("kind", String(40), nullable=False),
    Column("key", String(200), nullable=False),  # what is done once
    Column("payload", Text, nullable=False),
    Column("state", String(12), nullable=False),  # waiting, running, done, failed, cancelled
    Column("progress", Double, nullable=False),
    Column("token", Integer, nullable=False),  # how often it was taken: who holds the newest, may
    Column("beat", Integer, nullable=False),  # how often its worker was heard
    Column("tries", Integer, nullable=False),
    Column("is_unwanted", Integer, nullable=False),  # cancelled while it runs
    Column("worker", String(80)),
    Column("reason", Text),
    Column("made_at", String(32), nullable=False),
    Column("ended_at", String(32)),
    unique=(("key",),),
)
Index(None, JOBS.c.state, JOBS.c.id)

RECORDS = (
    SITES, SUBJECTS, VISITS, PHOTOGRAPHS, MEASUREMENTS, TREATMENTS, FORECASTS, COMPARISONS,
)  # fmt: skip
"""Tables whose every row is told in the log with its digest, parents before children."""

OF_A_SUBJECT = (COMPARISONS, MEASUREMENTS, FORECASTS, TREATMENTS, PHOTOGRAPHS, VISITS)
"""Tables whose rows go with their subject, children before parents."""
