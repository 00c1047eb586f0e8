"""`okr serve` as a process of its own, and what it uses."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks.large_county import LargeCounty

_TICKS = os.sysconf("SC_CLK_TCK")
_PATIENCE = 60


@dataclass(frozen=True)
class Server:
    """A running server: where it listens, its process, and after how many seconds it answered."""

    url: str
    process: int
    started_after: float

    def cpu(self) -> float:
        """CPU milliseconds used so far, in steps of ten."""
        fields = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS * 1000

    def memory(self) -> float:
        """Megabytes in memory."""
        status = Path(f"/proc/{self.process}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def machine_cpu() -> tuple[float, float]:
    """Milliseconds that the machine's CPUs have been busy and idle."""
    user, nice, system, idle, waiting, *interrupts = map(int, Path("/proc/stat").read_text().split()[1:9])
    busy = user + nice + system + sum(interrupts)
    return busy / _TICKS * 1000, (idle + waiting) / _TICKS * 1000


@contextmanager
def serving(county: LargeCounty) -> Iterator[Server]:
    """The product on the county's database until the end of the block."""
    with socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    environment = os.environ | {
        "OKR_ADDRESS": "127.0.0.1",
        "OKR_DATABASE_URL": county.place.settings.database_url,
        "OKR_DEMO": "1",
        "OKR_PORT": str(port),
    }
    command = [str(Path(sys.executable).with_name("okr")), "serve"]
    with (county.folder / "server.log").open("w") as log:
        begun = time.monotonic()
        process = subprocess.Popen(command, cwd=county.folder, env=environment, stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(url, process)
        yield Server(url, process.pid, time.monotonic() - begun)
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + _PATIENCE
    while time.monotonic() < give_up and process.poll() is None:
        try:
            with urlopen(f"{url}/healthz", timeout=5):  # noqa: S310 - our own server
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.02)
    raise RuntimeError("the server does not answer")
