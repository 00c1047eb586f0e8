"""A rule file becomes a rulebook, or the list of everything that is wrong with it."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from string import Formatter

from okr_engine.errors import InvalidInput, InvalidRules
from okr_engine.rulebook.conditions import read_when
from okr_engine.rulebook.notation import Part, parts_of_text, text_of, with_value
from okr_engine.rulebook.notes import Notes
from okr_engine.rulebook.rulebook import Rulebook
from okr_engine.rulebook.rules import ActionThen, Example, FlagThen, Pattern, Rule, StatusThen, Then
from okr_engine.rulebook.values import checked
from okr_engine.rulebook.vocabulary import VOCABULARY, ChainRole
from okr_engine.terms import Status
from okr_engine.words import Language, Words, message

NOTHING = "nothing"

_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,29}")
_LOWEST_PRIORITY = 9_999
_LONGEST_DUE = 366
_MOST_KEPT = 64


def read_rulebook(path: Path) -> Rulebook:
    """The rulebook in the file, named after it. Raises InvalidRules with every mistake, each with its line and rule."""
    return rulebook_of(text_of(path), path.name)


@lru_cache(maxsize=_MOST_KEPT)
def rulebook_of(yaml: str, file: str) -> Rulebook:
    """The rulebook that the text tells, named after `file`; the same text is read and compiled once in a process.

    Raises InvalidRules with every mistake, each with its line and rule.
    """
    notes = Notes(file)
    top = parts_of_text(yaml, file, notes.note)
    fields = notes.fields(top, required=("version", "valid_from", "rules"))
    version = _version(fields["version"], notes) if "version" in fields else None
    valid_from = _day(fields["valid_from"], notes) if "valid_from" in fields else None
    rules = _rules(fields["rules"], notes) if "rules" in fields else []
    if notes.mistakes or version is None or valid_from is None:
        raise InvalidRules(file, sorted(notes.mistakes, key=lambda mistake: mistake.place.line or 0))
    return Rulebook(file.removesuffix(".yaml"), version, valid_from, tuple(rules), yaml)


def in_force_from(yaml: str, day: date) -> str:
    """The same rules with another first day; the text must be that of a rulebook."""
    return with_value(yaml, "valid_from", day.isoformat())


def _version(part: Part, notes: Notes) -> str | None:
    if isinstance(part.value, str) and _VERSION.fullmatch(part.value):
        return part.value
    notes.note(part, message("rules.version_shape"))
    return None


def _day(part: Part, notes: Notes) -> date | None:
    if isinstance(part.value, date) and not isinstance(part.value, datetime):
        return part.value
    notes.note(part, message("rules.not_a_date"))
    return None


def _rules(part: Part, notes: Notes) -> list[Rule]:
    parts = notes.items(part)
    if part.value == []:
        notes.note(part, message("rules.no_rules"))
    first: dict[str, int] = {}
    rules = []
    for one in parts:
        notes.record = _called(one)
        if notes.record and first.setdefault(notes.record, one.line) != one.line:
            notes.note(one, message("rules.duplicate_rule", name=notes.record, first=first[notes.record]))
        rules.append(_rule(one, notes))
    return [rule for rule in rules if rule is not None]


def _called(part: Part) -> str | None:
    name = part.value.get("name") if isinstance(part.value, dict) else None
    return str(name.value)[:60] if name and isinstance(name.value, str) else None


def _rule(part: Part, notes: Notes) -> Rule | None:
    fields = notes.fields(part, required=("name", "priority", "when", "then", "because", "examples"))
    name = _name(fields["name"], notes) if "name" in fields else None
    priority = notes.whole(fields["priority"], 0, _LOWEST_PRIORITY) if "priority" in fields else None
    patterns = read_when(fields["when"], notes) if "when" in fields else ()
    then = _then(fields["then"], notes) if "then" in fields else None
    because = _because(fields["because"], patterns, notes) if "because" in fields else None
    examples = _examples(fields["examples"], patterns, then, notes) if "examples" in fields else ()
    if name is None or priority is None or then is None or because is None:
        return None
    return Rule(name, priority, patterns, then, because, examples, part.line)


def _name(part: Part, notes: Notes) -> str | None:
    name = notes.text(part)
    if name is None or _NAME.fullmatch(name):
        return name
    notes.note(part, message("rules.name_shape", name=name[:60]))
    return None


def _then(part: Part, notes: Notes) -> Then | None:
    named = notes.mapping(part)
    if named is None:
        return None
    match [kind for kind in ("status", "flag", "action") if kind in named]:
        case ["status"]:
            status = notes.word(notes.fields(part, required=("status",))["status"], Status)
            return StatusThen(status) if status else None
        case ["flag"]:
            flag = _name(notes.fields(part, required=("flag",))["flag"], notes)
            return FlagThen(flag) if flag else None
        case ["action"]:
            return _action(notes.fields(part, required=("action", "due_in_days"), optional=("chain",)), notes)
        case _:
            notes.note(part, message("rules.then_shape"), ("status", "flag", "action"))
            return None


def _action(fields: Mapping[str, Part], notes: Notes) -> ActionThen | None:
    action = _name(fields["action"], notes)
    due = notes.whole(fields["due_in_days"], 1, _LONGEST_DUE) if "due_in_days" in fields else None
    steps = notes.items(fields.get("chain"))
    chain = [role for step in steps if (role := notes.word(step, ChainRole))]
    if "chain" in fields and (not steps or len(set(chain)) < len(chain)):
        notes.note(fields["chain"], message("rules.chain_shape"), ChainRole)
    is_sound = "chain" not in fields or chain
    return ActionThen(action, due, tuple(chain)) if action and due and is_sound else None


def _because(part: Part, patterns: Sequence[Pattern], notes: Notes) -> Words | None:
    texts = notes.mapping(part)
    if texts is None:
        return None
    languages = tuple(language.value for language in Language)
    for language in texts.keys() - set(languages):
        notes.note(part.key_lines[language], message("rules.unknown_field", field=language), languages)
    for language in languages:
        if language not in texts:
            notes.note(part, message("rules.missing_language", language=language))
    found = {language: _sentence(texts[language], patterns, notes) for language in languages if language in texts}
    return Words(**found)


def _sentence(part: Part, patterns: Sequence[Pattern], notes: Notes) -> str | None:
    text = notes.text(part)
    if text is None:
        return None
    try:
        placeholders = [(name, spec, how) for _, name, spec, how in Formatter().parse(text) if name is not None]
    except ValueError:
        notes.note(part, message("rules.broken_placeholder"))
        return None
    known = VOCABULARY.get(patterns[0].type, {}) if patterns else {}
    for name, spec, how in placeholders:
        if spec or how or (known and name not in known):
            notes.note(part, message("rules.unknown_placeholder", placeholder=f"{{{name}}}"), known)
    return text


def _examples(part: Part, patterns: Sequence[Pattern], then: Then | None, notes: Notes) -> tuple[Example, ...]:
    parts = notes.items(part)
    read = [_example(one, patterns, then, notes) for one in parts]
    examples = tuple(example for example in read if example is not None)
    if len(examples) == len(parts):
        can_be_silent = any(pattern.tests for pattern in patterns)
        if not any(example.fires for example in examples):
            notes.note(part, message("rules.no_firing_example"))
        if can_be_silent and all(example.fires for example in examples):
            notes.note(part, message("rules.no_silent_example"))
    return examples


def _example(part: Part, patterns: Sequence[Pattern], then: Then | None, notes: Notes) -> Example | None:
    fields = notes.fields(part, required=("given", "expect"))
    given = _given(fields["given"], patterns, notes) if "given" in fields else None
    if "expect" not in fields or then is None:
        return None
    expected = fields["expect"]
    if expected.value not in (then.word, NOTHING):
        notes.note(expected, message("rules.wrong_expectation", found=str(expected.value)[:60]), (then.word, NOTHING))
        return None
    return Example(given, expected.value != NOTHING, part.line) if given is not None else None


def _given(part: Part, patterns: Sequence[Pattern], notes: Notes) -> Mapping[str, Mapping[str, object]] | None:
    """A rule with one pattern is given its facts as such, one with several by their aliases."""
    if len(patterns) <= 1:
        return {pattern.alias: _facts(part, pattern, notes) for pattern in patterns}
    by_alias = notes.fields(part, required=[pattern.alias for pattern in patterns])
    return {p.alias: _facts(by_alias[p.alias], p, notes) for p in patterns if p.alias in by_alias}


def _facts(part: Part, pattern: Pattern, notes: Notes) -> Mapping[str, object]:
    named = notes.mapping(part) or {}
    facts = {name: value.plain() for name, value in named.items()}
    if pattern.type in VOCABULARY:
        for name, value in facts.items():
            try:
                checked([{"type": pattern.type, "key": "", name: value}])
            except InvalidInput as error:
                notes.note(part.key_lines[name], error.what)
    return facts
