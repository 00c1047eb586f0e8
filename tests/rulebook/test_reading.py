"""A rule file becomes a rulebook, or every mistake in it with its line."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okr_engine.errors import InvalidRules, Mistake
from okr_engine.rulebook import check_examples, read_rulebook

Write = Callable[[str], Path]

SOUND = """\
version: "2025.1"
valid_from: 2025-01-01
rules:
  - name: far_off
    priority: 20
    when:
      k:
        type: key_result
        if:
          - [missed_by_points, ">", 10]
    then: {status: needs_support}
    because:
      fi: "Ero on {missed_by_points}."
      sv: "Skillnaden är {missed_by_points}."
      en: "The gap is {missed_by_points}."
    examples:
      - {given: {missed_by_points: 11}, expect: needs_support}
      - {given: {missed_by_points: 10}, expect: nothing}
"""
TEST_LINE = 10
JOINED = SOUND.replace(
    '- [missed_by_points, ">", 10]\n',
    '- [missed_by_points, ">", 10]\n      p: {type: key_result, if: [[target, "==", {ref: k.target}]]}\n',
).replace("given: {missed_by_points: 1", "given: {k: {target: 1, missed_by_points: 1")
JOINED = JOINED.replace("}, expect", "}, p: {target: 1}}, expect")


def mistakes_in(path: Path) -> tuple[Mistake, ...]:
    with pytest.raises(InvalidRules) as refused:
        read_rulebook(path)
    return refused.value.mistakes


def found(mistakes: tuple[Mistake, ...]) -> list[tuple[int | None, str]]:
    return [(mistake.place.line, mistake.what.key.removeprefix("rules.")) for mistake in mistakes]


def test_a_sound_file_becomes_a_rulebook_named_after_it(rule_file: Write) -> None:
    rulebook = read_rulebook(rule_file(SOUND))

    assert (rulebook.name, rulebook.valid_from) == ("status", date(2025, 1, 1))
    assert rulebook.rule("far_off").because.sv == "Skillnaden är {missed_by_points}."


def test_a_rule_with_two_patterns_is_given_its_facts_by_alias(rule_file: Write) -> None:
    assert check_examples(read_rulebook(rule_file(JOINED))) == []


def test_the_version_tells_contents_apart_but_not_layouts(rule_file: Write) -> None:
    first = read_rulebook(rule_file(SOUND)).version
    laid_out = SOUND.replace("rules:", "# our rules\nrules:\n").replace(
        "{status: needs_support}", "{ status: needs_support }"
    )

    assert read_rulebook(rule_file(laid_out)).version == first
    assert read_rulebook(rule_file(SOUND.replace('">", 10]', '">", 11]'))).version != first
    assert first.startswith("2025.1+")
    assert len(first) == len("2025.1+3f2a91c4")


TEST = '[missed_by_points, ">", 10]'


@pytest.mark.parametrize(
    ("was", "becomes", "line", "mistake"),
    [
        ("    priority: 20", "    priority: 20\n    colour: red", 6, "unknown_field"),
        ("    priority: 20\n", "", 4, "missing_field"),
        ("priority: 20", "priority: high", 5, "not_whole"),
        ("priority: 20", "priority: 20\n    priority: 30", 6, "repeated_key"),
        ("name: far_off", "name: Far off", 4, "name_shape"),
        ("missed_by_points, ", "missed_by_miles, ", TEST_LINE, "unknown_fact"),
        ('">", 10]', '"=~", 10]', TEST_LINE, "unknown_operator"),
        ('">", 10]', '"/", 10]', TEST_LINE, "no_division"),
        ('">", 10]', '">", {ref: k.target, op: "/", by: 2}]', TEST_LINE, "no_division"),
        ('">", 10]', '">", {ref: k.target, op: "%", by: 2}]', TEST_LINE, "unknown_operator"),
        ('">", 10]', '">", {ref: k.target, op: "*"}]', TEST_LINE, "op_and_by_together"),
        ('">", 10]', '">", {ref: k.target, op: "*", by: 2000000}]', TEST_LINE, "factor_range"),
        ('">", 10]', '">", {ref: k.target, op: "*", by: true}]', TEST_LINE, "factor_range"),
        ('">", 10]', '">", {ref: k.miles}]', TEST_LINE, "unknown_fact"),
        ('">", 10]', '">", {ref: z.target}]', TEST_LINE, "unknown_alias"),
        ('">", 10]', '">", {ref: k.direction}]', TEST_LINE, "text_with_number"),
        ('">", 10]', '">", ten]', TEST_LINE, "wants_a_number"),
        ('">", 10]', '">", true]', TEST_LINE, "wants_a_number"),
        ('">", 10]', '">", .inf]', TEST_LINE, "not_a_number"),
        ('">", 10]', '">", .nan]', TEST_LINE, "not_a_number"),
        ('">", 10]', '">", 1000000000001]', TEST_LINE, "not_a_number"),
        ('">", 10]', '">", 2025-01-01]', TEST_LINE, "not_a_number"),
        ('">", 10]', '">", 0.00001]', TEST_LINE, "too_many_decimals"),
        ('">", 10]', '">"]', TEST_LINE, "test_shape"),
        ('">", 10]', "in, 10]", TEST_LINE, "in_takes_a_list"),
        ('">", 10]', "in, []]", TEST_LINE, "empty_list"),
        ('">", 10]', '">", [10]]', TEST_LINE, "in_takes_a_list"),
        (TEST, '[direction, "==", 1]', TEST_LINE, "wants_a_word"),
        (TEST, '[direction, "==", sideways]', TEST_LINE, "unknown_word"),
        (TEST, "[direction, in, [increase, sideways]]", TEST_LINE, "unknown_word"),
        (TEST, '[direction, "<", increase]', TEST_LINE, "text_has_no_order"),
        (TEST, '[direction, "==", {ref: k.kind, op: "+", by: 1}]', TEST_LINE, "no_arithmetic_on_text"),
        (TEST, '[met, "==", 2]', TEST_LINE, "flag_is_0_or_1"),
        ("type: key_result", "type: weather", 8, "unknown_type"),
        ("      k:\n", "      K!:\n", 7, "alias_shape"),
        ("{status: needs_support}", "{status: red}", 11, "unknown_word"),
        ("{status: needs_support}", "{status: on_track, flag: far}", 11, "then_shape"),
        ("{status: needs_support}", "{}", 11, "then_shape"),
        ("{status: needs_support}", "{action: act, due_in_days: 30, chain: [king]}", 11, "unknown_word"),
        ("{status: needs_support}", "{action: act, due_in_days: 30, chain: []}", 11, "chain_shape"),
        ("{status: needs_support}", "{action: act, due_in_days: 0, chain: [sponsor]}", 11, "not_whole"),
        ('      sv: "Skillnaden är {missed_by_points}."\n', "", 13, "missing_language"),
        ('sv: "Skillnaden', 'de: "Es fehlt"\n      sv: "Skillnaden', 14, "unknown_field"),
        ('sv: "Skillnaden är {missed_by_points}."', 'sv: ""', 14, "not_text"),
        ("Skillnaden är {missed_by_points}", "Skillnaden är {skillnad}", 14, "unknown_placeholder"),
        ("Skillnaden är {missed_by_points}", "Skillnaden är {missed_by_points.real}", 14, "unknown_placeholder"),
        ("Skillnaden är {missed_by_points}", "Skillnaden är {missed_by_points", 14, "broken_placeholder"),
        ("expect: nothing", "expect: needs_support", 17, "no_silent_example"),
        ("expect: needs_support", "expect: nothing", 17, "no_firing_example"),
        ("expect: needs_support", "expect: on_track", 17, "wrong_expectation"),
        ("{missed_by_points: 11}", "{missed_by_miles: 11}", 17, "unknown_fact"),
        ("{missed_by_points: 11}", "{missed_by_points: many}", 17, "bad_value"),
        ("{missed_by_points: 11}", "11", 17, "not_a_mapping"),
        ('version: "2025.1"', "version: 2025.1", 1, "version_shape"),
        ("2025-01-01", "2025-02-30", 2, "not_a_date"),
    ],
)
def test_a_mistake_is_named_and_has_its_line(rule_file: Write, was: str, becomes: str, line: int, mistake: str) -> None:
    assert was in SOUND

    mistakes = found(mistakes_in(rule_file(SOUND.replace(was, becomes, 1))))

    assert (line, mistake) in mistakes


def test_all_mistakes_of_a_file_are_told_at_once(rule_file: Write) -> None:
    spoiled = (
        SOUND.replace("priority: 20", "priority: 20\n    colour: red")
        .replace("missed_by_points, ", "missed_by_miles, ")
        .replace("{status: needs_support}", "{status: red}")
        .replace('      en: "The gap is {missed_by_points}."\n', "")
        .replace("Ero on {missed_by_points}", "Ero on {ero}")
    )

    mistakes = mistakes_in(rule_file(spoiled))

    assert found(mistakes) == [
        (6, "unknown_field"),
        (11, "unknown_fact"),
        (12, "unknown_word"),
        (14, "missing_language"),
        (14, "unknown_placeholder"),
    ]
    assert {(mistake.place.file, mistake.place.record) for mistake in mistakes} == {("status.yaml", "far_off")}


def test_a_mistake_says_what_would_have_been_allowed(rule_file: Write) -> None:
    (mistake,) = mistakes_in(rule_file(SOUND.replace("type: key_result", "type: weather")))

    assert mistake.allowed is not None
    assert mistake.allowed.values == {"choices": "key_result, status, pull"}


def test_two_rules_may_not_share_a_name(rule_file: Write) -> None:
    twice = SOUND + SOUND.partition("rules:\n")[2]

    assert found(mistakes_in(rule_file(twice))) == [(19, "duplicate_rule")]


def test_a_rule_of_three_hundred_conditions_is_refused(rule_file: Write) -> None:
    many = SOUND.replace(f"          - {TEST}\n", f"          - {TEST}\n" * 300)

    assert found(mistakes_in(rule_file(many))) == [(TEST_LINE, "too_many_tests")]


def test_a_joined_pattern_has_to_be_tied_by_an_equality(rule_file: Write) -> None:
    loose = JOINED.replace('[target, "==", {ref', '[target, "<=", {ref')

    assert found(mistakes_in(rule_file(loose))) == [(11, "join_needs_equality")]


def test_five_patterns_are_too_many(rule_file: Write) -> None:
    line = '      p: {type: key_result, if: [[target, "==", {ref: k.target}]]}\n'
    five = JOINED.replace(line, "".join(line.replace("p:", f"p{number}:") for number in range(4)))

    assert (7, "pattern_count") in found(mistakes_in(rule_file(five)))


def test_an_alias_is_known_only_after_its_pattern(rule_file: Write) -> None:
    ahead = JOINED.replace('">", 10]', '">", {ref: p.target}]')

    assert found(mistakes_in(rule_file(ahead))) == [(TEST_LINE, "unknown_alias")]


@pytest.mark.parametrize(
    ("content", "line", "mistake"),
    [
        (b"", 1, "empty"),
        (b"# only a comment\n", 1, "empty"),
        (b"- a\n- b\n", 1, "not_a_mapping"),
        (b'version: "1"\nvalid_from: 2025-01-01\nrules: {}\n', 3, "not_a_list"),
        (b'version: "1"\nvalid_from: 2025-01-01\nrules: []\n', 3, "no_rules"),
        (b'version: "1"\nvalid_from: 2025-01-01\nrules: [oops]\n', 3, "not_a_mapping"),
        (b'version: "1"\nrules: [\n', 3, "not_yaml"),
        (b"version: \x00\n", 1, "not_yaml"),
        (b"version: !!python/name:os.system 1\n", 1, "not_yaml"),
        (b"version: &a 1\nrules: [*a]\n", 1, "not_yaml"),
        (b'version: "1"\nvalid_from: \xe4\n', 2, "not_utf8"),
        (b"version: " + b"[" * 20_000, 1, "too_deep"),
        (b"#" * 1_000_001, None, "too_large"),
    ],
)
def test_a_file_that_is_not_a_rule_file_is_refused_with_its_reason(
    tmp_path: Path, content: bytes, line: int | None, mistake: str
) -> None:
    path = tmp_path / "status.yaml"
    path.write_bytes(content)

    assert (line, mistake) in found(mistakes_in(path))


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    assert found(mistakes_in(tmp_path / "status.yaml")) == [(None, "no_file")]


def test_a_failing_example_is_a_mistake_with_its_line(rule_file: Write) -> None:
    rulebook = read_rulebook(rule_file(SOUND.replace("{missed_by_points: 11}", "{missed_by_points: 9}")))

    (failure,) = check_examples(rulebook)

    assert (failure.rule, failure.number, failure.expected, failure.got) == ("far_off", 1, "needs_support", "nothing")
    assert found((failure.mistake,)) == [(17, "example_failed")]


@settings(deadline=None)
@given(place=st.integers(0, len(SOUND)), length=st.integers(0, 12), put=st.text(max_size=12))
def test_a_spoiled_file_is_read_or_refused_but_never_breaks_the_reader(place: int, length: int, put: str) -> None:
    spoiled = SOUND[:place] + put + SOUND[place + length :]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "status.yaml"
        path.write_bytes(spoiled.encode("utf-8", "surrogatepass"))

        assert sound_or_refused(path)


def sound_or_refused(path: Path) -> bool:
    try:
        return bool(read_rulebook(path).rules)
    except InvalidRules as refused:
        return bool(refused.mistakes)
