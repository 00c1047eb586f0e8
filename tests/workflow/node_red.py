"""A Node-RED on loopback with our palette installed from its folder, and the flows that tests put into it."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx

from okr_engine.workflow.tasks import TaskState
from tests.needs import do_without
from tests.ports import free_port
from tests.waiting import wait_for

VERSION = "4.1.15"
PALETTE = Path(__file__).parents[2] / "connectors" / "node_red" / "palette"

# What waits to be reported is in the context; in files, so that a restart loses nothing.
_SETTINGS = """module.exports = {
    uiHost: "127.0.0.1", uiPort: %d, httpAdminRoot: "/admin", flowFile: "flows.json", credentialSecret: "of the test",
    contextStorage: {default: {module: "localfilesystem", config: {flushInterval: 0}}},
    telemetry: {enabled: false, updateNotification: false},
    externalModules: {autoInstall: false, palette: {allowInstall: false}},
    logging: {console: {level: "warn"}},
};"""
_INSTALL = ("install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts")


@dataclass(frozen=True)
class Board:
    """A flow in which tasks arrive by `okr action`, and are reported by `okr report` once somebody works on them."""

    server: str
    path: str

    @property
    def hook(self) -> str:
        return f"{self.server}/{self.path}/hook"

    def listed(self) -> dict[str, dict[str, str]]:
        """The tasks that the flow has been told, by code."""
        found: dict[str, dict[str, str]] = httpx.get(f"{self.server}/{self.path}/tasks").raise_for_status().json()
        return found

    def arrived(self) -> int:
        """How many messages have been let into the flow."""
        return len(self.listed().get("arrivals", {}))

    def tasks(self) -> dict[str, tuple[str, str]]:
        return {code: (one["title"], one["state"]) for code, one in self.listed().items() if code != "arrivals"}

    def texts(self) -> dict[str, str]:
        return {code: one["text"] for code, one in self.listed().items() if code != "arrivals"}

    def work(self, code: str, state: TaskState, by: str | None = None) -> None:
        """Let a person move the task; the flow reports it."""
        told = {"code": code, "state": state.value, "by": by}
        httpx.post(f"{self.server}/{self.path}/tasks", json=told).raise_for_status()


@dataclass(frozen=True)
class NodeRed:
    """A running Node-RED."""

    address: str

    def deploy(self, nodes: list[dict[str, object]]) -> None:
        """Add a flow of these nodes to those that run."""
        flow = {"label": uuid4().hex, "nodes": nodes}
        answer = httpx.post(f"{self.address}/admin/flow", json=flow, timeout=20)
        assert answer.is_success, answer.text

    def board(self, secret: str, *, reports_to: str) -> Board:
        """A new flow that holds this secret."""
        board = Board(self.address, uuid4().hex)
        self.deploy(_flow(board.path, secret, reports_to))
        return board

    def unknown_types(self) -> list[str]:
        """The types of nodes in the flows that no installed module has."""
        flows = httpx.get(f"{self.address}/admin/flows").json()
        sets = httpx.get(f"{self.address}/admin/nodes", headers={"Accept": "application/json"}).json()
        known = {name for one in sets if one["enabled"] and not one.get("err") for name in one["types"]}
        return sorted({one["type"] for one in flows} - known - {"tab"})


@contextmanager
def running_node_red(program: Path, home: Path, *, port: int | None = None) -> Iterator[NodeRed]:
    """Node-RED with its user's folder at `home`; stopped at the end, and started again from the same folder."""
    port = port or free_port()
    (home / "settings.js").write_text(_SETTINGS % port, "utf-8")
    log = home / "log"
    command = ["node", str(program), "--userDir", str(home), "--settings", str(home / "settings.js")]
    with log.open("ab") as said, subprocess.Popen(command, stdout=said, stderr=said) as server:
        try:
            wait_for(f"http://127.0.0.1:{port}/admin/settings", server, said=log)
            yield NodeRed(f"http://127.0.0.1:{port}")
        finally:
            server.terminate()


def installed_node_red(cache: Path) -> Path:
    """The program, installed once into the cache; a test that needs it is skipped where that is not possible."""
    if not (shutil.which("node") and shutil.which("npm")):
        do_without("node", advice="apt install nodejs npm")
    done = cache / "installed"
    if not done.exists():
        said = _npm(cache, f"node-red@{VERSION}")
        if said is not None:
            do_without("node", advice=f"npm cannot install Node-RED: {said[-500:]}")
        done.touch()
    return cache / "node_modules" / "node-red" / "red.js"


def install_palette(home: Path) -> None:
    """The palette as whoever runs Node-RED installs it from the folder; no registry is asked."""
    (home / "package.json").write_text(json.dumps({"name": "home", "private": True}), "utf-8")
    said = _npm(home, "--install-links", "--offline", str(PALETTE))
    assert said is None, said


def _npm(folder: Path, *what: str) -> str | None:
    """What npm said where it failed."""
    done = subprocess.run(
        ["npm", *_INSTALL, "--prefix", str(folder), *what],
        cwd=folder,
        env={**os.environ, "npm_config_update_notifier": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr if done.returncode else None


def _flow(path: str, secret: str, reports_to: str) -> list[dict[str, object]]:
    def node(kind: str, name: str, *wires: str, **more: object) -> dict[str, object]:
        return {
            "id": f"{path[:8]}{name}",
            "type": kind,
            "name": name,
            "wires": [[f"{path[:8]}{w}" for w in wires]],
            **more,
        }

    keep = (
        "const tasks = flow.get('tasks') || {arrivals: {}}; tasks[msg.payload.code] = msg.payload;"
        "tasks.arrivals[msg._msgid] = msg.event.type; flow.set('tasks', tasks);"
    )
    known = {"credentials": {"secret": secret}} if secret else {}
    return [
        node("okr action", "action", "keep", path=f"{path}/hook", **known),
        node("function", "keep", func=keep, outputs=1),
        node("http in", "asked", "list", url=f"/{path}/tasks", method="get"),
        node("function", "list", "answer", func="msg.payload = flow.get('tasks') || {}; return msg;", outputs=1),
        node("http in", "worked", "answer", "report", url=f"/{path}/tasks", method="post"),
        node("okr report", "report", address=reports_to, state="", **known),
        node("http response", "answer"),
    ]
