"""`okr rules`: the rules in words, their editions, and a draft from a file: checked, tried on the past, published."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from okr_engine.access import OPERATOR
from okr_engine.cli.progress import quarters_done
from okr_engine.cli.speaking import installation, settings, spoken, tell
from okr_engine.errors import InvalidRules
from okr_engine.i18n import day, period, speak
from okr_engine.i18n import spoken as in_language
from okr_engine.model.rows import as_json
from okr_engine.rulebook import Rulebook, check_examples
from okr_engine.rulebook.notation import text_of
from okr_engine.services.back_test_results import BackTest, Case, HarmKind
from okr_engine.services.back_test_words import back_test_in_words
from okr_engine.services.back_tests import back_test, check_draft, summary_of
from okr_engine.services.installation import Installation, read_rulebooks
from okr_engine.services.rule_publishing import publish, refuse_harm
from okr_engine.services.rulebook_editions import withdraw
from okr_engine.services.rulebook_views import edition_text, editions_view
from okr_engine.services.rules_in_words import RuleInWords, in_words

File = Annotated[Path, typer.Argument(help="A YAML file with status rules.")]


def list_editions() -> None:
    """Show every edition of the status rules: from when it is in force, by whom, and why."""
    place = installation()
    seen = place.ask(editions_view, OPERATOR, place.rulebooks, today=place.today())
    for one in seen.editions:
        by = spoken("ruling.shipped") if one.shipped else _name(one.recorded_by)
        state = spoken(f"ruling.in_force.{one.in_force}")
        tell("cli.edition", version=one.version, state=state, day=one.valid_from, by=by, why=one.reason or None)
    if seen.on_offer:
        tell("ruling.on_offer", version=seen.on_offer)


def show_rules(
    edition: Annotated[str | None, typer.Option(help="Another edition than the one in force, by its version.")] = None,
    yaml: Annotated[bool, typer.Option("--yaml", help="As YAML, for editing.")] = False,
) -> None:
    """Show the status rules in words, in the order in which they are asked."""
    place = installation()
    found = place.ask(edition_text, OPERATOR, place.rulebooks, edition, today=place.today())
    if yaml:
        typer.echo(found.rulebook.yaml, nl=False)
        return
    language = place.settings.language
    tell("ruling.version", version=found.version, day=day(found.valid_from, language))
    for number, one in enumerate(in_words(found.rulebook, language), start=1):
        _tell_rule(number, one)


def check_rules(
    path: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE|FOLDER]", help="A file or folder of rules; the ones in use if left out."),
    ] = None,
) -> None:
    """Check a file of status rules, or every rule file of a folder, and run the rules' own examples."""
    if path is not None and not path.is_dir():
        found = check_draft(OPERATOR, text_of(path), path.name)
        tell("cli.rules_hold", name=path.stem, version=found.version, rules=found.rules, examples=found.examples)
        return
    books = read_rulebooks(path or settings().rules)
    for book in (books.status, books.actions, books.data_quality):
        _check_book(book)


def try_rules(
    file: File, as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False
) -> None:
    """Try a file of status rules on every decision on record: what would change, and what harm it would do."""
    place = installation()
    tested = _tried(place, text_of(file))
    if as_json:
        typer.echo(json.dumps(_as_json(tested), ensure_ascii=False, indent=2))
    else:
        _tell_result(place, tested)
    refuse_harm(tested)


def publish_rules(
    file: File,
    reason: Annotated[str, typer.Option(help="Why the rules are changed; everybody reads it.")],
    valid_from: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="The day they take force, today or later.")
    ],
    acknowledge: Annotated[
        list[HarmKind] | None,
        typer.Option(help="One thing that the trial asks to be looked at and that has been; may be repeated."),
    ] = None,
) -> None:
    """Try a file of status rules on the past, and put it in force from a day on if nothing speaks against it."""
    place, yaml = installation(), text_of(file)
    tested = _tried(place, yaml)
    _tell_result(place, tested)
    acknowledged = acknowledge or []
    for harm in tested.asks:
        if harm.kind not in acknowledged:
            tell("cli.to_acknowledge", kind=harm.kind.value)
    version = place.act(
        OPERATOR,
        publish,
        yaml,
        tested,
        place.rulebooks,
        reason=reason,
        valid_from=valid_from.date(),
        today=place.today(),
        acknowledged=acknowledged,
    )
    tell("ruling.has_been_published", version=version)


def withdraw_rules(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="The edition, by its version.")],
    reason: Annotated[str, typer.Option(help="Why it is taken back.")],
) -> None:
    """Take back an edition of the status rules that is not yet in force."""
    place = installation()
    place.act(OPERATOR, withdraw, version, reason=reason, today=place.today())
    tell("ruling.withdrawn", version=version)


def _name(code: str) -> str:
    return spoken("holders.operator") if code == OPERATOR.code else code


def _check_book(book: Rulebook) -> None:
    if failures := check_examples(book):
        raise InvalidRules(f"{book.name}.yaml", [failure.mistake for failure in failures])
    examples = sum(len(rule.examples) for rule in book.rules)
    tell("cli.rules_hold", name=book.name, version=book.version, rules=len(book.rules), examples=examples)


def _tried(place: Installation, yaml: str) -> BackTest:
    return place.ask(back_test, OPERATOR, yaml, place.rulebooks.status, today=place.today(), track=quarters_done)


def _tell_rule(number: int, one: RuleInWords) -> None:
    typer.echo(f"\n{number}. {one.reason}")
    for condition in one.conditions:
        typer.echo(f"   - {condition}")
    typer.echo(f"   → {one.follows} ({one.name})")


def _tell_result(place: Installation, tested: BackTest) -> None:
    language = place.settings.language
    for sentence in back_test_in_words(tested):
        typer.echo(speak(sentence, language))
    for harm in tested.harms:
        tell(f"rule_harm_means.{harm.kind}")
        for name in harm.rules:
            typer.echo(f"  {name}")
        for line in _cases(place, harm.cases if harm.is_about_cases else ()):
            typer.echo(f"  {line}")


def _cases(place: Installation, cases: tuple[Case, ...]) -> Iterator[str]:
    language = place.settings.language
    for one in cases:
        before, after = (spoken(f"status_short.{status}") for status in (one.before, one.after))
        name = in_language(one.subject.name, language)
        yield f"{one.subject.code} {name}, {period(one.quarter, language)}: {before} → {after}"


def _as_json(tested: BackTest) -> dict[str, Any]:
    return summary_of(tested) | {
        "flips": [_case_as_json(one) for one in tested.flips],
        "harms": [
            {
                "kind": one.kind.value,
                "stops": one.kind.stops,
                "rules": list(one.rules),
                "cases": [_case_as_json(case) for case in one.cases],
            }
            for one in tested.harms
        ],
    }


def _case_as_json(one: Case) -> dict[str, Any]:
    return {
        "goal": one.subject.goal,
        "key_result": one.subject.code,
        "period": one.quarter.code,
        "before": one.before.value,
        "after": one.after.value,
        "rule_before": one.rule_before,
        "rule_after": one.rule_after,
        "later": one.later.value,
        "facts": {name: as_json(value) for name, value in one.facts.items()},
    }
