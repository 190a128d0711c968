"""What tests of the store share: the same tests on SQLite and on PostgreSQL."""

import os
import secrets
import shutil
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from porelight.store.address import StoreAddress, store_address
from porelight.store.photograph_records import PhotographPlace, ScaleGiven, add_photograph
from porelight.store.store import Store, create_store, open_store

SERVER = "PORELIGHT_TEST_POSTGRESQL"


def picture(seed: int) -> bytes:
    """Return what may pass for a photograph, and is not found anywhere by chance."""
    pixels = b"".join(b"pore %d of photograph %d;" % (i, seed) for i in range(99))
    parts = {
        b"IHDR": struct.pack(">IIBBBBB", len(pixels), 1, 8, 0, 0, 0, 0),
        b"IDAT": zlib.compress(b"\0" + pixels, 0),
        b"IEND": b"",
    }
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts.items()
    )


@pytest.fixture
def photograph() -> Callable[[int], bytes]:
    return picture


@pytest.fixture
def keep(store) -> Callable[..., int]:
    """Keep a photograph in the store, and return its number."""

    def kept(seed: int = 1, where: PhotographPlace | None = None) -> int:
        there = where or PhotographPlace("S01", "v1", "nose", str(seed))
        scale = ScaleGiven("known", 12.5, 0.01)
        with store.writing() as transaction:
            number = add_photograph(transaction, there, scale, picture(seed))
        assert number is not None
        return number

    return kept


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def server(request) -> Iterator[sa.Engine | None]:
    """Yield the server of PostgreSQL that tests were given; None for SQLite."""
    if request.param == "sqlite":
        yield None
        return
    given = os.environ.get(SERVER, "")
    if not given:
        if os.environ.get("CI"):
            pytest.fail(f"{SERVER} is not set, and CI must try PostgreSQL; .ci/run starts one.")
        pytest.skip(f"no PostgreSQL: set {SERVER} to postgresql://USER@HOST:PORT/DATABASE")
    url = sa.make_url(given).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    yield engine
    engine.dispose()


def new_address(
    server: sa.Engine | None, folder: Path, template: str = "template1"
) -> StoreAddress:
    """Return the address of a database that is empty, or like another one of PostgreSQL."""
    if server is None:
        return store_address(str(folder / "study.db"))
    name = f"porelight_{secrets.token_hex(8)}"
    with server.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    url = server.url.set(drivername="postgresql", database=name)
    shown = url.render_as_string(hide_password=False)
    return store_address(f"{shown}?files={folder / 'study.db.files'}")


def drop(server: sa.Engine | None, address: StoreAddress) -> None:
    if server is not None:
        with server.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE {address.url.database} WITH (FORCE)"))


@pytest.fixture
def empty_address(server, tmp_path) -> Iterator[StoreAddress]:
    """Yield where a store can be made."""
    address = new_address(server, tmp_path)
    yield address
    drop(server, address)


@pytest.fixture(scope="session")
def begun(server, tmp_path_factory) -> Iterator[StoreAddress]:
    """Yield a study that has just been begun, to be copied: making the tables takes its time."""
    address = new_address(server, tmp_path_factory.mktemp("begun"))
    create_store(address, "pores 2027", actor="nurse").close()
    yield address
    drop(server, address)


@pytest.fixture
def store(server, begun, tmp_path) -> Iterator[Store]:
    address = new_address(server, tmp_path, begun.url.database or "")
    shutil.copytree(begun.folder, address.folder)
    if begun.file is not None and address.file is not None:
        shutil.copyfile(begun.file, address.file)
    with open_store(address, actor="nurse") as opened:
        yield opened
    drop(server, address)


@pytest.fixture
def address(store) -> StoreAddress:
    """Return where the store is."""
    return store.address


@pytest.fixture
def tampering(store) -> Callable[..., None]:
    """Run SQL as who has the database's password and means harm: without the triggers."""

    def run(*statements: str) -> None:
        with store.database._engine.connect() as connection, connection.begin():
            if store.database.is_sqlite:
                connection.exec_driver_sql("DROP TRIGGER IF EXISTS log_no_update")
                connection.exec_driver_sql("DROP TRIGGER IF EXISTS log_no_delete")
            else:
                connection.exec_driver_sql("ALTER TABLE log DISABLE TRIGGER ALL")
            for statement in statements:
                connection.exec_driver_sql(statement)

    return run


@pytest.fixture(scope="session")
def rendered_skin(tmp_path_factory) -> Path:
    """Return a photograph of virtual skin."""
    import numpy as np  # noqa: PLC0415
    from PIL import Image  # noqa: PLC0415

    from porelight.render.skin import render_skin  # noqa: PLC0415

    diameters = 4e-4 * np.exp(0.25 * np.random.default_rng(1).standard_normal(80))
    skin = render_skin(np.clip(diameters, 2e-4, 8e-4), size=(0.012, 0.012), seed=1)
    path = tmp_path_factory.mktemp("skin") / "skin.png"
    Image.fromarray(skin.pixels).save(path)
    return path
