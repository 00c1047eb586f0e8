"""Published numbers that the statistics have to agree with."""

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "statistics_vectors"


def vectors(name: str) -> dict[str, Any]:
    """The vectors of that name, such as proportions/prop_intervals; a test that needs them is skipped without them."""
    path = FOLDER / f"{name}.json"
    if not path.exists():
        pytest.skip(f"no {name} here: the statistics vectors lie in shared/data")
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def names_in(*folders: str) -> list[str]:
    """The names of every vector in those folders; where they are absent, one that makes its test say so."""
    found = sorted(
        str(path.relative_to(FOLDER).with_suffix("")) for folder in folders for path in (FOLDER / folder).glob("*.json")
    )
    return found or [f"{folders[0]}/any"]
