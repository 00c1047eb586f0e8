"""`okr rules`: in words, by edition, and a draft that is checked, tried and published, or refused with the remedy."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from okr_engine.services.installation import read_rulebooks
from tests.cli.conftest import Okr
from tests.services.draft_rules import another_word, green_without_data, with_a_deaf_rule

BAD_INPUT = 2
SHIPPED = read_rulebooks().status
TODAY = datetime.now(ZoneInfo("Europe/Helsinki")).date()


@pytest.fixture
def county(okr: Okr) -> Okr:
    assert okr("demo", "--case", "county").returncode == 0
    return okr


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    return written(tmp_path, another_word(SHIPPED))


def written(folder: Path, yaml: str) -> Path:
    path = folder / "draft.yaml"
    path.write_text(yaml, encoding="utf-8")
    return path


def test_the_rules_are_told_in_words_and_as_yaml(county: Okr) -> None:
    told = county("rules", "show", env={"OKR_LANGUAGE": "fi"}).stdout

    assert "Peräkkäiset heikentymiset: vähintään 2" in told
    assert "Ei etene, tarvitaan tukea (worsened_twice)" in told
    assert county("rules", "show", "--yaml").stdout == SHIPPED.yaml


def test_a_harmless_draft_is_tried_and_published_and_stands_in_the_list(county: Okr, draft: Path) -> None:
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    done = county("rules", "publish", draft, "--reason", "Clearer words", "--valid-from", tomorrow)

    assert done.returncode == 0, done.stderr
    assert "No recorded call for support would be missed." in done.stdout
    listed = county("rules", "list").stdout.splitlines()
    assert "To come" in listed[0]
    assert "Clearer words" in listed[0]
    assert SHIPPED.version in listed[1]


def test_a_harmful_draft_is_refused_with_the_key_results_and_the_remedy(okr: Okr, tmp_path: Path) -> None:
    assert okr("demo", "--case", "city").returncode == 0
    draft = written(tmp_path, green_without_data(SHIPPED))

    tried = okr("rules", "back-test", draft)
    published = okr(
        "rules", "publish", draft, "--reason", "Why not", "--valid-from", TODAY, "--acknowledge", "red_lost"
    )

    for done in (tried, published):
        assert done.returncode == BAD_INPUT
        assert "C1.1 " in done.stdout
        assert "No data → As planned" in done.stdout
        assert "a status without a figure" in done.stderr
        assert "Correct the rules" in done.stderr


def test_what_has_to_be_seen_is_acknowledged_kind_by_kind(county: Okr, tmp_path: Path) -> None:
    deaf = written(tmp_path, with_a_deaf_rule(SHIPPED))
    publish = ("rules", "publish", deaf, "--reason", "Why not", "--valid-from", TODAY)

    refused = [county(*publish), county(*publish, "--acknowledge", "red_lost")]
    done = county(*publish, "--acknowledge", "rules_never_heard")

    for one in refused:
        assert one.returncode == BAD_INPUT
        assert "--acknowledge rules_never_heard" in one.stdout
    assert done.returncode == 0, done.stderr


def test_an_edition_to_come_is_withdrawn_with_its_reason(county: Okr, draft: Path) -> None:
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    assert county("rules", "publish", draft, "--reason", "Clearer", "--valid-from", tomorrow).returncode == 0
    version = county("rules", "list").stdout.split()[0].strip(":,")

    done = county("rules", "withdraw", version, "--reason", "Too early")

    assert done.returncode == 0, done.stderr
    assert len(county("rules", "list").stdout.splitlines()) == 1


def test_a_back_test_is_json_for_programs(county: Okr, draft: Path) -> None:
    told = json.loads(county("rules", "back-test", draft, "--json").stdout)

    assert (told["flipped"], told["flips"], told["harms"]) == (0, [], [])
    assert told["judged"] > 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--reason", " ", "--valid-from", TODAY.isoformat()), "reason"),
        (("--reason", "Why not", "--valid-from", "2020-01-01"), "cannot take force in the past"),
        (("--reason", "Why not", "--valid-from", "soon"), "valid-from"),
    ],
)
def test_what_is_missing_is_said(county: Okr, draft: Path, arguments: tuple[str, ...], said: str) -> None:
    done = county("rules", "publish", draft, *arguments)

    assert done.returncode == BAD_INPUT
    assert said in done.stderr
    assert len(county("rules", "list").stdout.splitlines()) == 1


def test_a_broken_draft_is_told_with_line_and_rule(bare_okr: Okr, tmp_path: Path) -> None:
    broken = SHIPPED.yaml.replace("[has_value, ", "[has_worth, ", 1)

    done = bare_okr("rules", "check", written(tmp_path, broken))

    line = next(number for number, text in enumerate(broken.splitlines(), 1) if "has_worth" in text)
    assert done.returncode == BAD_INPUT
    assert f"draft.yaml : {line} : not_yet_due" in done.stderr


def test_an_edition_that_is_not_on_record_is_not_found(county: Okr) -> None:
    done = county("rules", "show", "--edition", "1999.1")

    assert done.returncode == BAD_INPUT
    assert "1999.1" in done.stderr
