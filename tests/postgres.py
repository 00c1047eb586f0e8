"""A PostgreSQL of the tests' own: made in a temporary folder, reached over loopback, gone afterwards."""

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg

from tests.ports import free_port

# Nothing here has to survive a power cut.
_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "listen_addresses": "127.0.0.1",
    "max_connections": "100",
    "shared_buffers": "32MB",
}


@dataclass(frozen=True)
class Cluster:
    """A running server, and the databases it makes for single tests."""

    port: int
    password: str
    _numbers: Iterator[int] = field(default_factory=count)

    def url(self, database: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://okr:{self.password}@127.0.0.1:{self.port}/{database}"

    @contextmanager
    def database(self, *, template: str = "template0", named: str | None = None) -> Iterator[str]:
        """The address of a new database, a copy of `template`, dropped at the end."""
        name = named or f"test_{next(self._numbers)}"
        self._order(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        try:
            yield self.url(name)
        finally:
            self._order(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _order(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


def programs() -> Path | None:
    """The folder with initdb and pg_ctl, newest version first; None where there is no PostgreSQL server."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    if pg_config := shutil.which("pg_config"):
        with suppress(subprocess.CalledProcessError):
            said = subprocess.run([pg_config, "--bindir"], check=True, capture_output=True, text=True).stdout
            folders.insert(0, Path(said.strip()))
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "pg_ctl").exists()), None)


@contextmanager
def running_cluster(bin_folder: Path) -> Iterator[Cluster]:
    """Start a server with the programs of `bin_folder`, and stop it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="okr-postgres-"))
    user = _unprivileged_user()
    if user:
        shutil.chown(folder, user)
    try:
        cluster = _initialise(bin_folder, folder, user)
        _start(bin_folder, folder, user, cluster)
        try:
            yield cluster
        finally:
            _run_as(user, folder, bin_folder / "pg_ctl", "stop", "-D", folder / "data", "-m", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged_user() -> str | None:
    """Whom PostgreSQL runs as, because it refuses root; None when we are not root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _initialise(bin_folder: Path, folder: Path, user: str | None) -> Cluster:
    cluster = Cluster(port=free_port(), password=secrets.token_hex(16))
    password_file = folder / "password"
    password_file.write_text(cluster.password)
    if user:
        shutil.chown(password_file, user)
    options = ["--username=okr", "--auth=scram-sha-256", f"--pwfile={password_file}"]
    _run_as(
        user, folder, bin_folder / "initdb", "-D", folder / "data", *options, "-E", "UTF8", "--locale=C.UTF-8", "-N"
    )
    return cluster


def _start(bin_folder: Path, folder: Path, user: str | None, cluster: Cluster) -> None:
    settings = _SETTINGS | {"port": str(cluster.port), "unix_socket_directories": str(folder)}
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    log = folder / "log"
    try:
        _run_as(user, folder, bin_folder / "pg_ctl", "start", "-D", folder / "data", "-w", "-l", log, "-o", options)
    except RuntimeError as error:
        raise RuntimeError(f"{error}\n{log.read_text() if log.exists() else ''}") from error


def _run_as(user: str | None, folder: Path, program: Path, *arguments: str | Path) -> None:
    group = pwd.getpwnam(user).pw_gid if user else None
    output = folder / "output"
    # Not a pipe: the server inherits it, and a pipe would stay open for as long as the server runs.
    with output.open("w") as file:
        done = subprocess.run(
            [program, *arguments],
            cwd=folder,
            user=user,
            group=group,
            extra_groups=[] if user else None,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(f"{program.name} failed:\n{output.read_text()}")
