"""The README tells the truth: every setting and every command, and nothing that is not there."""

import re
from pathlib import Path

import typer

from okr_engine.cli.main import app
from okr_engine.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_setting_is_in_the_table_and_nothing_else() -> None:
    listed = set(re.findall(r"^\| `OKR_([A-Z_]+)`", README, re.MULTILINE))

    assert listed == {name.upper() for name in Settings.model_fields}


def test_every_command_is_in_the_table_and_nothing_else() -> None:
    listed = {
        " ".join(found.split()) for found in re.findall(r"^\| `okr ([a-z]+(?: [a-z][a-z-]*)?)", README, re.MULTILINE)
    }
    group = typer.main.get_command(app)
    known = set[str]()
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        below = getattr(command, "commands", {})
        known |= {f"{name} {one}" for one in below}
        if not below or command.invoke_without_command:
            known.add(name)

    assert listed == known


def test_every_picture_and_file_it_points_to_is_there() -> None:
    linked = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)

    assert linked
    assert [link for link in linked if not (ROOT / link).exists()] == []
