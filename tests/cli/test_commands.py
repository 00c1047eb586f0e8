"""The command line: the quarter it prints, and how it says no."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from openpyxl import load_workbook

from okr_engine.packaged import demo_folder, rules_folder
from tests.cli.conftest import Okr

BAD_INPUT, FAILURE = 2, 1


def test_the_county_comes_out_of_a_new_database_as_expected(okr: Okr) -> None:
    assert okr("demo", "--case", "county").returncode == 0

    printed = okr("status", "--period", "2025-Q2", "--json")

    report = json.loads(printed.stdout)
    assert (report["period"], report["as_of"]) == ("2025-Q2", None)
    goals = {goal["code"]: goal for goal in report["goals"]}
    statuses = {one["code"]: one["status"] for goal in goals.values() for one in [*goal["key_results"], *goal["kpis"]]}
    assert (goals["A1"]["status"], goals["A1"]["measured"], goals["A1"]["of"]) == ("challenges", 3, 3)
    assert statuses["A1.1"] == "challenges"
    assert {statuses[code] for code in ("A1.2", "A1.3", "A2.1", "A2.2", "A2.events")} == {"on_track"}
    assert [action["key_result"] for action in goals["A1"]["actions"]] == ["A1.1"]
    assert set(goals["A1"]["key_results"][0]["reason"]) == {"fi", "sv", "en"}


def test_a_command_that_draws_nothing_does_not_wait_for_what_draws() -> None:
    loaded = "import sys, okr_engine.cli.main; print('altair' in sys.modules)"

    printed = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)

    assert printed.stdout == "False\n"


def test_what_was_known_before_the_demo_is_nothing(okr: Okr) -> None:
    okr("demo", "--case", "county")

    printed = okr("status", "--period", "2025-Q2", "--as-of", "2025-01-01", "--json")

    assert json.loads(printed.stdout)["goals"] == []


def test_loading_the_demo_twice_changes_nothing(okr: Okr) -> None:
    okr("demo")
    before = okr("audit", "verify").stdout

    assert okr("demo").returncode == 0
    assert okr("demo", "--if-empty").stdout == ""
    assert okr("audit", "verify").stdout == before


def test_an_export_imports_without_a_change_and_exports_the_same_bytes(okr: Okr, tmp_path: Path) -> None:
    okr("demo")
    first, second = tmp_path / "first.xlsx", tmp_path / "second.xlsx"

    okr("export", first)
    imported = okr("import", first)
    okr("export", second)

    assert "To add 0, to change 0, to restate 0" in imported.stdout
    assert first.read_bytes() == second.read_bytes()


def test_a_dry_run_says_what_would_change_and_changes_nothing(okr: Okr) -> None:
    printed = okr("import", demo_folder() / "county.xlsx", "--dry-run")

    assert printed.returncode == 0
    assert "To add 91" in printed.stdout
    assert json.loads(okr("status", "--period", "2025-Q2", "--json").stdout)["goals"] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["status", "--period", "2025-Q9"], "no period number 9"),
        (["status", "--period", "2025-06"], "not a quarter"),
        (["status", "--period", "2025-Q2", "--as-of", "yesterday"], "yesterday"),
        (["status", "--period", "2025-Q2", "--as-of", "0001-01-01"], "0001-01-01 is not a moment"),
        (["export", "missing/out.xlsx"], "missing/out.xlsx cannot be written"),
        (["export", "out.foo"], "out.foo: its suffix is not known"),
        (["import", "missing.xlsx"], "missing.xlsx"),
        (["evaluate"], "no figures"),
    ],
)
def test_bad_input_is_named_and_exits_with_two(okr: Okr, words: list[str], said: str) -> None:
    printed = okr(*words)

    assert printed.returncode == BAD_INPUT
    assert said in printed.stderr
    assert "Traceback" not in printed.stderr


@pytest.mark.parametrize("period", ["2025-H1", "2025", "half", "2025-Q9"])
def test_where_a_quarter_is_wanted_only_quarters_are_offered(okr: Okr, period: str) -> None:
    remedy = okr("status", "--period", period).stderr.splitlines()[-1]

    assert remedy == "Write a quarter: 2025-Q1 … 2025-Q4, or Q2/2025."


def test_an_unknown_suffix_is_refused_before_a_file_is_made(okr: Okr, tmp_path: Path) -> None:
    okr("export", tmp_path / "out.foo")

    assert not (tmp_path / "out.foo").exists()


def test_an_export_that_cannot_be_kept_leaves_no_half_file(okr: Okr, tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    (folder / "taken.csv").mkdir(parents=True)

    printed = okr("export", folder / "taken.csv")

    assert (printed.returncode, "Traceback" in printed.stderr) == (BAD_INPUT, False)
    assert [one.name for one in folder.iterdir()] == ["taken.csv"]


def test_an_export_speaks_the_installations_language_unless_another_is_asked_for(okr: Okr, tmp_path: Path) -> None:
    english, swedish = tmp_path / "english.csv", tmp_path / "swedish.csv"

    okr("export", english)
    okr("export", swedish, "--language", "sv")

    assert "Value" in english.read_text(encoding="utf-8-sig").splitlines()[0]
    assert "Värde" in swedish.read_text(encoding="utf-8-sig").splitlines()[0]


@pytest.mark.parametrize("suffix", [".csv", ".txt", ".TSV"])
def test_measurements_are_read_under_every_suffix_that_text_has(okr: Okr, tmp_path: Path, suffix: str) -> None:
    okr("demo", "--case", "county")
    okr("export", tmp_path / "figures.csv")
    renamed = (tmp_path / "figures.csv").rename(tmp_path / f"renamed{suffix}")

    printed = okr("import", renamed)

    assert printed.returncode == 0
    assert "To add 0, to change 0, to restate 0" in printed.stdout


@pytest.mark.parametrize(("size", "said"), [(2**20 + 1, "the allowed 1 MB"), (2**20, "is not an Excel"), (0, "empty")])
def test_a_file_above_the_limit_is_not_read(okr: Okr, tmp_path: Path, size: int, said: str) -> None:
    file = tmp_path / "large.xlsx"
    file.write_bytes(b"x" * size)

    printed = okr("import", file, env={"OKR_MAX_UPLOAD_MB": "1"})

    assert printed.returncode == BAD_INPUT
    assert said in printed.stderr


def test_a_change_is_told_in_the_headings_and_words_of_the_workbook(okr: Okr, tmp_path: Path) -> None:
    okr("demo", "--case", "county")
    file = tmp_path / "county.xlsx"
    okr("export", file)
    workbook = load_workbook(file)
    sheet = workbook["Indicators"]
    headings = [cell.value for cell in sheet[1]]
    sheet.cell(2, headings.index("Better is") + 1).value = "neither"
    sheet.cell(2, headings.index("Public") + 1).value = "yes"
    workbook.save(file)

    told = {lang: okr("import", file, "--dry-run", env={"OKR_LANGUAGE": lang}).stdout for lang in ("en", "fi")}

    assert "→ neither; Public: no → yes" in told["en"]
    assert "→ ei kumpikaan; Julkinen: ei → kyllä" in told["fi"]


def test_an_evaluation_takes_the_later_quarters_along(okr: Okr) -> None:
    okr("demo", "--case", "county")

    printed = okr("evaluate", "--period", "2025-Q1")

    assert printed.stdout.startswith("Q1 2025 and Q2 2025: ")


def test_the_demo_makes_the_schema_of_a_new_database(bare_okr: Okr) -> None:
    assert bare_okr("demo", "--case", "county").returncode == 0

    assert bare_okr("audit", "verify").returncode == 0


def test_the_demo_leaves_a_database_of_another_schema_alone(bare_okr: Okr, tmp_path: Path) -> None:
    database = tmp_path / "older.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE older (id INTEGER)")

    printed = bare_okr("demo", env={"OKR_DATABASE_URL": f"sqlite:///{database}"})

    assert printed.returncode == FAILURE
    assert "okr migrate" in printed.stderr


def test_an_export_shows_on_a_terminal_that_it_is_under_way(okr: Okr, database_url: str, tmp_path: Path) -> None:
    okr("demo", "--case", "county")
    ours, theirs = os.openpty()
    env = {**os.environ, "OKR_DATABASE_URL": database_url, "OKR_LANGUAGE": "en", "TERM": "xterm"}
    command = [str(Path(sys.executable).with_name("okr")), "export", "county.xlsx"]

    subprocess.run(command, env=env, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=theirs, check=True, timeout=60)

    os.close(theirs)
    assert b"Writing county.xlsx" in os.read(ours, 65536)
    os.close(ours)


def test_a_file_that_is_not_a_workbook_leaves_the_data_as_it_was(okr: Okr, tmp_path: Path) -> None:
    okr("demo", "--case", "county")
    before = okr("audit", "verify").stdout
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes((demo_folder() / "county.xlsx").read_bytes()[:5000])

    printed = okr("import", broken)

    assert printed.returncode == BAD_INPUT
    assert "broken.xlsx" in printed.stderr
    assert okr("audit", "verify").stdout == before


def test_a_database_that_was_never_migrated_says_how(bare_okr: Okr) -> None:
    printed = bare_okr("status", "--period", "2025-Q2")

    assert printed.returncode == FAILURE
    assert "okr migrate" in printed.stderr


def test_a_database_that_cannot_be_reached_names_it(bare_okr: Okr) -> None:
    printed = bare_okr("migrate", env={"OKR_DATABASE_URL": "postgresql://okr:secret@127.0.0.1:1/okr"})

    assert printed.returncode == FAILURE
    assert "127.0.0.1:1" in printed.stderr
    assert "secret" not in printed.stderr


def test_settings_that_contradict_each_other_are_named(bare_okr: Okr) -> None:
    printed = bare_okr("migrate", env={"OKR_OIDC_CLIENT_ID": "okr"})

    assert printed.returncode == FAILURE
    assert "OKR_OIDC_METADATA_URL" in printed.stderr


def test_demo_accounts_are_refused_beyond_this_machine(okr: Okr) -> None:
    printed = okr("serve", env={"OKR_DEMO": "1", "OKR_ADDRESS": "0.0.0.0"})  # noqa: S104

    assert printed.returncode == FAILURE
    assert "OKR_ADDRESS" in printed.stderr


def test_a_broken_rule_file_is_told_with_file_line_and_every_mistake(bare_okr: Okr, tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(rules_folder(), folder)
    text = (folder / "status.yaml").read_text(encoding="utf-8")
    broken = text.replace("has_value", "has_worth", 1).replace("priority: 11", "urgency: 11", 1)
    (folder / "status.yaml").write_text(broken, encoding="utf-8")

    printed = bare_okr("rules", "check", folder)

    assert printed.returncode == BAD_INPUT
    assert "has_worth" in printed.stderr
    assert "urgency" in printed.stderr
    assert "The rule file status.yaml has" in printed.stderr
    assert "upload" not in printed.stderr
    assert f"status.yaml : {line_of('has_worth', broken)}" in printed.stderr


def test_a_rule_whose_example_fails_is_refused(bare_okr: Okr, tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(rules_folder(), folder)
    path = folder / "actions.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace('">", 10]', '">", 5]'), encoding="utf-8")

    printed = bare_okr("rules", "check", folder)

    assert printed.returncode == BAD_INPUT
    assert "statutory_promise_far_off" in printed.stderr


def test_the_rules_that_come_with_the_program_hold(bare_okr: Okr) -> None:
    printed = bare_okr("rules", "check")

    assert printed.returncode == 0
    assert "status 2025.2" in printed.stdout


def test_the_doctor_finds_what_is_wrong_and_says_what_to_do(okr: Okr, bare_okr: Okr) -> None:
    assert okr("doctor").returncode == 0

    printed = bare_okr("doctor", env={"OKR_TIME_ZONE": "Europe/Atlantis"})
    assert printed.returncode == FAILURE
    assert "OKR_TIME_ZONE" in printed.stderr
    assert "okr migrate" in printed.stderr


def line_of(word: str, text: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if word in line)
