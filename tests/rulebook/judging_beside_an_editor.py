"""A program: eight threads judge while a ninth reads, compiles and swaps in new rules; tells how it went as JSON."""

import gc
import json
import os
import random
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from okr_engine.rulebook import Conclusion, Engine, Facts, Rulebook, read_rulebook

JUDGES = 8
FAR = ("10", "4", "17", "26")
"""How far from its target a key result has to be to need support, in each of the edited rulebooks."""

RULES = """
version: "1"
valid_from: 2025-01-01
rules:
  - name: far_and_worsening
    priority: 1
    when: {k: {type: key_result, if: [[missed_by_points, ">", FAR], [improved_by, "<", 0]]}}
    then: {status: needs_support}
    because: {fi: "{missed_by_points}", sv: "{missed_by_points}", en: "{missed_by_points}"}
    examples:
      - {given: {missed_by_points: 100, improved_by: -1}, expect: needs_support}
      - {given: {missed_by_points: 1, improved_by: -1}, expect: nothing}
  - name: missed
    priority: 2
    when: {k: {type: key_result, if: [[missed_by_points, ">", 0]]}}
    then: {status: challenges}
    because: {fi: "{missed_by_points}", sv: "{missed_by_points}", en: "{missed_by_points}"}
    examples:
      - {given: {missed_by_points: 100}, expect: challenges}
      - {given: {missed_by_points: 0}, expect: nothing}
  - name: alike
    priority: 3
    when:
      k: {type: key_result, if: [[improved_by, "<", 0]]}
      p: {type: key_result, if: [[value, "==", {ref: k.value}], [improved_by, ">", 0]]}
    then: {flag: alike}
    because: {fi: "{value}", sv: "{value}", en: "{value}"}
    examples:
      - {given: {k: {improved_by: -1, value: 5}, p: {improved_by: 1, value: 5}}, expect: alike}
      - {given: {k: {improved_by: -1, value: 5}, p: {improved_by: 1, value: 6}}, expect: nothing}
"""


@dataclass(frozen=True)
class InForce:
    """The rules that everybody reads at the moment, and which of the files they came from."""

    which: int
    rulebook: Rulebook


class Desk:
    """Where the editor lays down the rules in force; one assignment swaps them."""

    def __init__(self, files: list[Path]) -> None:
        self.files = files
        self.is_closed = threading.Event()
        self.in_force = InForce(0, read_rulebook(files[0]))

    def edit(self, edits: int) -> int:
        """Read and compile file after file anew, and put each in force."""
        try:
            for number in range(1, edits + 1):
                which = number % len(self.files)
                self.in_force = InForce(which, read_rulebook(self.files[which]))
            return edits
        finally:
            self.is_closed.set()

    def judge(self, batches: list[list[Facts]], right: list[list[list[Conclusion]]], first: int) -> tuple[int, int]:
        """Judge by whatever is in force until the editor is done: how many batches, and how many of them wrongly."""
        judged = wrong = 0
        while not self.is_closed.is_set():
            now, number = self.in_force, (first + judged) % len(batches)
            wrong += now.rulebook.judge(batches[number]) != right[now.which][number]
            judged += 1
        return judged, wrong


def main(edits: int) -> None:
    """Once to warm up, then measured."""
    batches = [facts(count) for count in (1, 3, 9, 27, 81, 300)]
    with tempfile.TemporaryDirectory() as folder:
        files = [edited(Path(folder) / f"{number}.yaml", far) for number, far in enumerate(FAR)]
        rulebooks = [read_rulebook(file) for file in files]
        right = [[one.judge(batch, engine=Engine.INTERPRETER) for batch in batches] for one in rulebooks]
        versions = len({str(answers) for answers in right})
        beside_each_other(files, batches, right, max(20, edits // 10))
        before = resident_mb()
        judged, wrong = beside_each_other(files, batches, right, edits)
    grown = resident_mb() - before
    told = {"edits": edits, "versions": versions, "judged": judged, "wrong": wrong, "grown_mb": round(grown, 1)}
    sys.stdout.write(json.dumps(told))


def beside_each_other(
    files: list[Path], batches: list[list[Facts]], right: list[list[list[Conclusion]]], edits: int
) -> tuple[int, int]:
    desk = Desk(files)
    with ThreadPoolExecutor(JUDGES + 1) as threads:
        judges = [threads.submit(desk.judge, batches, right, number % len(batches)) for number in range(JUDGES)]
        assert threads.submit(desk.edit, edits).result() == edits
        counts = [judge.result() for judge in judges]
    gc.collect()
    return sum(judged for judged, _ in counts), sum(wrong for _, wrong in counts)


def edited(path: Path, far: str) -> Path:
    """Rules with their own idea of what is far from a target: one of a key result, one of two that meet."""
    path.write_text(RULES.replace("FAR", far), "utf-8")
    return path


def facts(count: int) -> list[Facts]:
    chance = random.Random(count)
    return [
        {
            "type": "key_result",
            "key": f"KR {number}",
            "has_value": 1,
            "has_target": 1,
            "has_path": 0,
            "met": 0,
            "direction": chance.choice(["increase", "decrease", "at_least"]),
            "value": Decimal(chance.randint(0, 400)) / 100,
            "missed_by": 1,
            "missed_by_points": chance.randint(1, 40),
            "comparable": 1,
            "improved_by": chance.choice([Decimal("-0.1"), Decimal("0.1")]),
            "worsened_in_a_row": 1,
        }
        for number in range(count)
    ]


def resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main(int(sys.argv[1]))
