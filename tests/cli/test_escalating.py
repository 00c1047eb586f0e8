"""`okr escalation`: the chain in words, checked and published from a file, and tried dry."""

from pathlib import Path

from okr_engine.workflow.policy_text import shipped_text
from tests.cli.conftest import Okr


def test_a_policy_is_checked_published_and_tried_dry(okr: Okr, tmp_path: Path) -> None:
    assert okr("demo").returncode == 0
    draft, broken = tmp_path / "draft.yaml", tmp_path / "broken.yaml"
    draft.write_text(shipped_text().replace("reminders: 1", "reminders: 0"), "utf-8")
    broken.write_text(shipped_text().replace("  planned: 40", ""), "utf-8")

    refused = okr("escalation", "check", broken)
    assert (refused.returncode, "add the field planned" in refused.stderr) == (2, True)
    assert "broken.yaml : 12:" in refused.stderr

    before = okr("escalation", "dry-run", "A1", "--from", "2027-01-04T09:00").stdout
    assert okr("escalation", "publish", draft, "--reason", "Quicker", "--from", "2099-01-05").returncode == 0
    later = okr("escalation", "dry-run", "A1", "--from", "2027-01-04T09:00", "--file", draft).stdout
    assert (before.count("Is reminded"), later.count("Is reminded")) == (3, 1)
    assert "Days off in between: 6 Jan 2027" in before
    assert "There are 16 working hours to take it up." in okr("escalation", "show").stdout
