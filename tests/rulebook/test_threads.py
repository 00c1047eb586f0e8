"""Many people ask while somebody edits the rules: every answer is right, and the memory stays what it was."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rulebook.conftest import needs_engine

ROOT = Path(__file__).parents[2]
MARGIN_MB = 12
"""By so much a process may have grown: what eight threads' allocators keep aside, whatever the number of rounds."""


@needs_engine
def test_eight_threads_judge_rightly_while_an_editor_swaps_the_rules() -> None:
    told = judged_beside_an_editor(edits=20)

    assert (told["wrong"], told["edits"], told["versions"]) == (0, 20, 4)


@needs_engine
@pytest.mark.slow
def test_hundreds_of_edits_beside_eight_judging_threads_keep_no_memory() -> None:
    told = judged_beside_an_editor(edits=800)

    assert (told["wrong"], told["edits"], told["versions"]) == (0, 800, 4)
    assert told["grown_mb"] < MARGIN_MB, told


def judged_beside_an_editor(*, edits: int) -> dict[str, float]:
    """In a process of its own, so that nothing else takes part in its memory."""
    child = subprocess.run(
        [sys.executable, "-m", "tests.rulebook.judging_beside_an_editor", str(edits)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert child.returncode == 0, child.stderr
    told: dict[str, float] = json.loads(child.stdout)
    return told
