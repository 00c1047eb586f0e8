"""Waiting for servers that tests start."""

import subprocess
import time
from pathlib import Path

import httpx

_LONGEST = 60


def wait_for(address: str, server: subprocess.Popen[bytes], *, said: Path) -> None:
    """Return once the address answers, whatever it says; fail with what the server said if it ends or never does."""
    end = time.monotonic() + _LONGEST
    while server.poll() is None and time.monotonic() < end:
        try:
            httpx.get(address, timeout=5, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"the server does not answer:\n{said.read_text('utf-8', 'replace')}")
