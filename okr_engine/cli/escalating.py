"""`okr escalation`: the responsibility chain in words, another one from a file, and a dry run of it."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from okr_engine.access import OPERATOR
from okr_engine.cli.speaking import installation, spoken, tell
from okr_engine.i18n import listed, moment, speak
from okr_engine.i18n import spoken as in_language
from okr_engine.rulebook.notation import text_of
from okr_engine.services.escalation_policies import check_policy, policy_in_force, publish_policy
from okr_engine.services.escalation_previews import PreviewStep, preview
from okr_engine.services.policy_words import policy_in_words
from okr_engine.services.typed_times import typed_moment
from okr_engine.words import Language

File = Annotated[Path, typer.Argument(help="A YAML file with an escalation policy.")]


def show_policy(yaml: Annotated[bool, typer.Option("--yaml", help="As YAML, for editing.")] = False) -> None:
    """Show the escalation policy in force: who is asked in turn, and how long each of them has."""
    place = installation()
    found = place.ask(policy_in_force, place.today())
    if yaml:
        typer.echo(found.text, nl=False)
        return
    for name, sentence in policy_in_words(found.policy):
        typer.echo(f"{speak(name, place.settings.language)}: {speak(sentence, place.settings.language)}")


def check_file(file: File) -> None:
    """Check a file with an escalation policy; every mistake is told with its line."""
    check_policy(OPERATOR, text_of(file), file.name)
    tell("policy.holds")


def publish_file(
    file: File,
    reason: Annotated[str, typer.Option(help="Why the policy is changed; everybody reads it.")],
    valid_from: Annotated[
        datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="The day it takes force, today or later.")
    ],
) -> None:
    """Put an escalation policy in force from a day on; open actions adopt it then."""
    place = installation()
    number = place.act(
        OPERATOR,
        publish_policy,
        text_of(file),
        reason=reason,
        valid_from=valid_from.date(),
        today=place.today(),
    )
    tell("policy.published", number=str(number), day=valid_from.date())


def dry_run(
    goal: Annotated[str, typer.Argument(metavar="GOAL", help="The goal, by its code.")],
    start: Annotated[
        str | None, typer.Option("--from", help="The moment or day the action is raised; now if left out.")
    ] = None,
    file: Annotated[Path | None, typer.Option(help="By this policy instead of the one in force.")] = None,
) -> None:
    """Show who would be asked about a goal, when and why, if nobody ever moved."""
    place = installation()
    raised_at = typed_moment(start, place.settings.zone) if start else place.now()
    draft = check_policy(OPERATOR, text_of(file), file.name) if file else None
    found = place.ask(preview, OPERATOR, goal, raised_at=raised_at, now=place.now(), draft=draft)
    language = place.settings.language
    tell("policy.dry_run_of", code=found.goal, name=found.name, at=found.raised_at)
    for one in found.steps:
        typer.echo(f"{moment(one.at, language, place.settings.time_zone)}  {_told(one, language)}")
        for why in one.because:
            typer.echo(f"    {speak(why, language)}")
        if one.closed_days:
            typer.echo(f"    {spoken('policy.closed_between', days=one.closed_days)}")
    tell("policy.repeats", hours=found.repeat_hours)


def _told(step: PreviewStep, language: Language) -> str:
    people = listed([speak(one, language) if not isinstance(one, str) else one for one in step.people], language)
    role = in_language(step.role, language)
    return f"{spoken(f'asking_kind.{step.kind}')}: {people}" + (f" ({role})" if role else "")
