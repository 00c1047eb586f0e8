"""A draft is tried in a process of its own: whatever it does, it is told as a sentence and the server goes on."""

import os
import shutil
from pathlib import Path
from subprocess import PIPE, Popen

import pytest

from okr_engine.errors import InputError, InvalidInput, InvalidRules
from okr_engine.packaged import rules_folder
from okr_engine.rulebook.trying import Bounds, Trial, trial_of
from okr_engine.services.installation import read_rulebooks
from okr_engine.terms import Status

SHIPPED = (rules_folder() / "status.yaml").read_text("utf-8")
FIRST_TEST = '[measured_now, "==", 0]'


def refusal(yaml: str, **bounds: int) -> InputError:
    with pytest.raises(InputError) as refused, trial_of(yaml, "status.yaml", bounds=Bounds(**bounds)):
        pass
    return refused.value


def mistakes_in(yaml: str) -> set[str]:
    refused = refusal(yaml)
    assert isinstance(refused, InvalidRules)
    return {one.what.key for one in refused.mistakes}


def test_a_sound_draft_says_which_rule_decides_each_key_result() -> None:
    late = {"type": "key_result", "key": "late", "has_value": 0, "no_data_reason": "late"}
    met = {"type": "key_result", "key": "met", "has_value": 1, "value": 90, "has_target": 1, "target": 80, "met": 1}

    with trial_of(SHIPPED, "status.yaml") as trial:
        judged = trial.judge([late, met])

    assert dict(judged.deciding) == {"late": "figure_has_not_arrived", "met": "target_met"}
    assert trial.rules["target_met"].status == Status.ON_TRACK
    assert judged.heard == {"figure_has_not_arrived", "target_met"}


def test_batch_after_batch_is_judged_by_one_process() -> None:
    with trial_of(SHIPPED, "status.yaml") as trial:
        answers = [trial.judge([{"type": "key_result", "key": "k", "has_value": value}]) for value in (0, 1, 0)]

    assert [one.deciding["k"] for one in answers] == ["no_figure", "could_not_be_judged", "no_figure"]


def without_last_word() -> str:
    """The shipped rules, of which the last one only takes note."""
    before, name, after = SHIPPED.partition("name: could_not_be_judged")
    return before + name + after.replace("{status: not_assessed}", "{flag: odd}").replace("not_assessed}", "odd}")


def last_word_over(kind: str) -> str:
    """The shipped rules, of which the last one is about another type of facts."""
    before, name, after = SHIPPED.partition("name: could_not_be_judged")
    assert "type: key_result" in after
    return before + name + after.replace("type: key_result", f"type: {kind}", 1)


def with_a_join(then: str) -> str:
    """The shipped rules and one that looks at two key results."""
    rule = f"""
  - name: neighbours
    priority: 1
    when:
      k: {{type: key_result, if: [[met, "==", 0]]}}
      other: {{type: key_result, if: [[target, "==", {{ref: k.target}}]]}}
    then: {then}
    because: {{fi: "Naapuri", sv: "Granne", en: "Neighbour"}}
    examples:
      - {{given: {{k: {{met: 0, target: 1}}, other: {{target: 1}}}}, expect: WORD}}
      - {{given: {{k: {{met: 1, target: 1}}, other: {{target: 1}}}}, expect: nothing}}
"""
    word = then.strip("{}").partition(": ")[2]
    return SHIPPED.replace("\nrules:\n", f"\nrules:\n{rule.replace('WORD', word)}", 1)


MANY = ", ".join([FIRST_TEST] * 300)
NESTED = "[" * 100_000


@pytest.mark.parametrize(
    ("draft", "mistake"),
    [
        (SHIPPED.replace(FIRST_TEST, '[measured_then, "==", 0]', 1), "rules.unknown_fact"),
        (SHIPPED.replace(FIRST_TEST, '[no_data_reason, "==", 3]', 1), "rules.wants_a_word"),
        (SHIPPED.replace(FIRST_TEST, '[value, "==", many]', 1), "rules.wants_a_number"),
        (SHIPPED.replace(FIRST_TEST, '[direction, "==", {ref: k.value}]', 1), "rules.text_with_number"),
        (SHIPPED.replace(FIRST_TEST, '[value, "<", {ref: k.target, op: "/", by: 2}]', 1), "rules.no_division"),
        (SHIPPED.replace(FIRST_TEST, '[value, "/", 2]', 1), "rules.no_division"),
        (SHIPPED.replace(FIRST_TEST, MANY, 1), "rules.too_many_tests"),
        (without_last_word(), "rules.no_last_word"),
        (last_word_over("status"), "rules.no_last_word"),
        (last_word_over("status"), "rules.status_of_something_else"),
        (with_a_join("{status: on_track}"), "rules.several_key_results"),
        (with_a_join("{flag: odd}"), "rules.several_key_results"),
        (SHIPPED.replace('missed_by_points, ">", 10', 'missed_by_points, ">", 5', 1), "rules.example_failed"),
        ("42", "rules.not_a_mapping"),
        ("a: {b: [c", "rules.not_yaml"),
        ("shopping: [milk, bread]", "rules.missing_field"),
        ("", "rules.empty"),
        (NESTED, "rules.too_deep"),
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]", "rules.not_yaml"),
        ("x" * 1_000_001, "rules.too_large"),
        ("version: \ud800", "rules.not_yaml"),
    ],
    ids=lambda one: one[:30] if one.startswith("rules.") else "draft",
)
def test_a_bad_draft_is_refused_with_what_is_wrong(draft: str, mistake: str) -> None:
    assert mistake in mistakes_in(draft)


def test_every_mistake_is_told_at_once_with_its_line_and_rule() -> None:
    draft = SHIPPED.replace("has_value", "has_worth", 1).replace("priority: 11", "urgency: 11", 1)

    refused = refusal(draft)

    assert isinstance(refused, InvalidRules)
    wanted = {number for number, text in enumerate(draft.splitlines(), 1) if "has_worth" in text or "urgency" in text}
    assert wanted <= {one.place.line for one in refused.mistakes}
    assert {"rules.unknown_fact", "rules.unknown_field"} <= {one.what.key for one in refused.mistakes}
    assert "figure_has_not_arrived" in {one.place.record for one in refused.mistakes}


def test_a_trial_that_takes_too_long_is_ended_and_told() -> None:
    refused = refusal(SHIPPED, seconds=0)

    assert isinstance(refused, InvalidInput)
    assert refused.what.key == "rules.trial_out_of_time"
    assert refused.remedy


@pytest.mark.skipif(os.name != "posix", reason="no memory limits here")
def test_a_trial_without_enough_memory_is_told_however_it_ends() -> None:
    refused = refusal(SHIPPED, megabytes=30)

    assert refused.what.key in ("rules.trial_out_of_memory", "rules.trial_died")


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="no list of children here")
def test_a_trial_that_is_killed_from_outside_is_told_and_the_next_one_works() -> None:
    with pytest.raises(InvalidInput) as refused, trial_of(SHIPPED, "status.yaml") as trial:
        for child in children():
            os.kill(child, 9)
        trial.judge([{"type": "key_result", "key": "k" * 200_000, "has_value": 0}])

    assert refused.value.what.key == "rules.trial_died"
    with trial_of(SHIPPED, "status.yaml") as trial:
        assert trial.rules


def test_a_rule_that_joins_key_results_is_told_with_its_line_and_name() -> None:
    draft = with_a_join("{status: on_track}")

    refused = refusal(draft)

    assert isinstance(refused, InvalidRules)
    line = next(number for number, text in enumerate(draft.splitlines(), 1) if "name: neighbours" in text)
    assert [(one.place.line, one.place.record) for one in refused.mistakes] == [(line, "neighbours")]


@pytest.mark.skipif(os.name != "posix", reason="no such programs here")
def test_a_child_that_dies_while_it_writes_is_told_as_one_that_died() -> None:
    half_a_line = ["/bin/sh", "-c", "read told; printf '{\"mistakes\": '"]
    with Popen(half_a_line, stdin=PIPE, stdout=PIPE, text=True) as child, pytest.raises(InvalidInput) as refused:
        Trial(child, Bounds()).read(SHIPPED, "status.yaml")

    assert refused.value.what.key == "rules.trial_died"


def test_facts_that_no_rule_gives_a_status_are_told_as_a_sentence() -> None:
    with pytest.raises(InvalidInput) as refused, trial_of(SHIPPED, "status.yaml") as trial:
        trial.judge([{"type": "pull", "key": "p"}])

    assert refused.value.what.key == "rules.without_status"


def test_an_installation_refuses_status_rules_that_join_key_results(tmp_path: Path) -> None:
    shutil.copytree(rules_folder(), tmp_path, dirs_exist_ok=True)
    (tmp_path / "status.yaml").write_text(with_a_join("{flag: odd}"), encoding="utf-8")

    with pytest.raises(InvalidRules) as refused:
        read_rulebooks(tmp_path)

    assert [one.what.key for one in refused.value.mistakes] == ["rules.several_key_results"]


def test_facts_that_are_not_of_the_vocabulary_are_refused_by_name() -> None:
    with pytest.raises(InvalidInput) as refused, trial_of(SHIPPED, "status.yaml") as trial:
        trial.judge([{"type": "key_result", "key": "k", "weather": "fine"}])

    assert refused.value.what.values == {"fact": "weather", "type": "key_result"}


def children() -> list[int]:
    """The trials that this process has started and that still run."""
    found = [text for path in Path("/proc/self/task").glob("*/children") for text in path.read_text().split()]
    return [int(one) for one in found if b"rulebook.trial" in Path(f"/proc/{one}/cmdline").read_bytes()]
