"""Overview and Goal as their readers meet them: server, wire, a room full of people, and a real browser."""

import asyncio
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from playwright.sync_api import Browser, sync_playwright

from benchmarks.figures import Figure, middle, p95, spread
from benchmarks.large_county import GOAL, LAST, QUARTERS, READER, LargeCounty
from benchmarks.serving import Server, machine_cpu, serving
from benchmarks.visiting import Loaded, Visitor

SCREENS = {"Overview": ("", {}), "Goal": ("goal", {"code": GOAL})}
RERUNS = 40
BATCH = 5
SESSIONS, THINK, MEETING, MEETINGS = 20, 2.0, 20.0, 3
DISCUSSED = QUARTERS[-4:]
LOOKS = 5
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
QUIET = ("--disable-background-networking", "--disable-gpu", "--disable-sync", "--no-first-run", "--no-sandbox")

_SETTLED = '[data-testid="stApp"][data-test-script-state="notRunning"][data-test-connection-state="CONNECTED"]'
_WATCH = """
    window.changed = 0;
    new MutationObserver(() => { window.changed = performance.now() })
        .observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
"""
_QUIET_FOR = 500


def measure(county: LargeCounty) -> Iterator[Figure]:
    """One session's reruns, then twenty people at once, then Chromium, all on one warm server."""
    with serving(county) as server:
        yield from asyncio.run(_reruns(server))
        yield from asyncio.run(_meetings(server))
        yield from _browser(server)


async def _reruns(server: Server) -> list[Figure]:
    figures = []
    for name, (page, params) in SCREENS.items():
        visitor = await Visitor.at(server.url)
        before = server.cpu()
        first = await visitor.look_at(page, period=LAST.code, **params)
        anew = server.cpu() - before
        cpu, again = await _cpu_of_reruns(server, visitor, page, params)
        await visitor.leave()
        kilobytes = first.size / 1000
        figures += [
            Figure(f"{name}: server CPU per rerun", middle(cpu), "ms", 60, f"{RERUNS} reruns, {spread(cpu)}"),
            Figure(f"{name}: server CPU when nothing is remembered yet", anew, "ms", how="once"),
            Figure(f"{name}: elements", first.elements, "", 150),
            Figure(f"{name}: size", kilobytes, "kB", 150, f"not compressed; {again.size / 1000:.0f} kB on a rerun"),
        ]
    return figures


async def _cpu_of_reruns(
    server: Server, visitor: Visitor, page: str, params: dict[str, str]
) -> tuple[list[float], Loaded]:
    """CPU is counted in hundredths of a second, so a few reruns are taken together."""
    cpu = []
    for _ in range(RERUNS // BATCH):
        before = server.cpu()
        for _ in range(BATCH):
            last = await visitor.look_at(page, period=LAST.code, **params)
        cpu.append((server.cpu() - before) / BATCH)
    return cpu, last


async def _meetings(server: Server) -> list[Figure]:
    """Reading as in a review, on a server that somebody has looked at every quarter of it before.

    What else the machine does makes people wait too, so the calmest of several meetings counts.
    """
    early = await Visitor.at(server.url)
    for quarter in DISCUSSED:
        for page, params in SCREENS.values():
            await early.look_at(page, period=quarter.code, **params)
    await early.leave()
    held = sorted([await _meeting(server) for _ in range(MEETINGS)], key=lambda one: one.foreign)
    return [
        Figure(f"{SESSIONS} sessions, {THINK:.0f} s think time: p95", p95(held[0].waits), "ms", 300, str(held[0])),
        *(Figure("the same on a busier machine", p95(one.waits), "ms", how=str(one)) for one in held[1:]),
    ]


@dataclass(frozen=True)
class _Meeting:
    waits: list[float]
    cpu: float
    foreign: float

    def __str__(self) -> str:
        return (
            f"{len(self.waits)} answers of {self.cpu:.0f} ms CPU, p50 {middle(self.waits):.0f} ms, longest "
            f"{max(self.waits):.0f} ms; other programs took {self.foreign:.0%} of the machine"
        )


async def _meeting(server: Server) -> _Meeting:
    until, machine, used, own = time.monotonic() + MEETING, machine_cpu(), server.cpu(), time.process_time()
    attended = await asyncio.gather(*(_attend(server, Random(number), until) for number in range(SESSIONS)))
    waits = [wait for one in attended for wait in one]
    busy, idle = (now - before for now, before in zip(machine_cpu(), machine, strict=True))
    cpu = server.cpu() - used
    foreign = (busy - cpu - (time.process_time() - own) * 1000) / (busy + idle)
    return _Meeting(waits, cpu / len(waits), foreign)


async def _attend(server: Server, chance: Random, until: float) -> list[float]:
    """Go from screen to screen and quarter to quarter as in a review; how long each answer took."""
    visitor = await Visitor.at(server.url)
    waits = []
    await asyncio.sleep(chance.uniform(0, THINK))
    while time.monotonic() < until:
        page, params = chance.choice(list(SCREENS.values()))
        seen = await visitor.look_at(page, period=chance.choice(DISCUSSED).code, **params)
        waits.append(seen.took)
        await asyncio.sleep(chance.uniform(THINK / 2, THINK * 3 / 2))
    await visitor.leave()
    return waits


def _browser(server: Server) -> Iterator[Figure]:
    chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if chromium is None:
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(QUIET))
        for name, (page, params) in SCREENS.items():
            address = f"{server.url}/{page}?" + "&".join(f"{key}={value}" for key, value in params.items())
            fresh, known = zip(*(_stable(browser, server.url, address) for _ in range(LOOKS)), strict=True)
            how = f"{LOOKS} visits, {spread(known)}; in a browser that has never been here {middle(fresh):.0f} ms"
            yield Figure(f"{name}: stable in Chromium", middle(known), "ms", 1200, how)
        browser.close()


def _stable(browser: Browser, server: str, address: str) -> tuple[float, float]:
    """Milliseconds from the navigation to the last change of the page: in a new browser, and at the second visit."""
    visit = browser.new_context(locale="fi-FI", viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    visit.add_cookies([{"name": "okr_demo_account", "value": READER, "url": server}])
    page = visit.new_page()
    page.add_init_script(_WATCH)
    times = []
    for _ in range(2):
        page.goto(address)
        page.locator("h1").first.wait_for()
        page.locator(_SETTLED).wait_for()
        page.wait_for_function(f"() => performance.now() - window.changed > {_QUIET_FOR}")
        times.append(page.evaluate("() => window.changed"))
    visit.close()
    return times[0], times[1]
