"""`okr spc` as an analyst uses it."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Okr
from tests.statistics.vectors import vectors

BAD_INPUT = 2
STEADY = [10, 12] * 6 + [11]


def written(folder: Path, values: Sequence[object]) -> Path:
    """A day for each value, in a file with a decimal comma."""
    first = date(2024, 1, 1)
    lines = [f"{first + timedelta(days=at)};{value}".replace(".", ",") for at, value in enumerate(values)]
    file = folder / "series.csv"
    file.write_text("\n".join(["date;value", *lines]), encoding="utf-8")
    return file


def test_a_chart_tells_its_limits_its_points_its_icons_and_its_tier(bare_okr: Okr, tmp_path: Path) -> None:
    file = written(tmp_path, [*STEADY, 30])

    printed = bare_okr("spc", file, "--direction", "decrease", "--target", "4,5", "--baseline", 12)

    assert printed.returncode == 0, printed.stderr
    lines = printed.stdout.splitlines()
    assert lines[0] == "1 Jan 2024 – 14 Jan 2024, values 14. T5: standard limits, rules and icons."
    assert lines[1] == "Mean 11, limits 5.68 … 16.32, near lines 7.45333 … 14.5467."
    assert lines[2] == "The limits rest on 12 values: moving ranges average 2. None was left out."
    assert lines[3] == "  1 Jan 2024  10  Common Cause"
    assert lines[16:] == [
        "  14 Jan 2024  30  Above UCL",
        "Variation: concern, high or rising.",
        "Target: consistently missed unless the process changes.",
        "The latest value is a signal: Above UCL.",
    ]


def test_few_points_say_that_they_are_few(bare_okr: Okr, tmp_path: Path) -> None:
    printed = bare_okr("spc", written(tmp_path, [90.5, 91, "", 90]), "--direction", "increase")

    assert "T2: a change can be seen, variation cannot be judged." in printed.stdout
    assert "no value" in printed.stdout
    assert "Variation: no icon." in printed.stdout
    assert "A reliable judgement takes 13 values; there are 3 now." in printed.stdout


def test_as_json_every_rebase_group_is_an_object(bare_okr: Okr, tmp_path: Path) -> None:
    file = written(tmp_path, [*STEADY, *STEADY])

    printed = bare_okr("spc", file, "--direction", "increase", "--target", 0, "--rebase", "2024-01-14", "--json")

    first, second = json.loads(printed.stdout)
    assert (first["rebase_group"], first["n"], first["last"], first["variation_icon"]) == (0, 13, "2024-01-13", None)
    assert (second["first"], second["tier"], second["screened"]) == ("2024-01-14", "T5", False)
    assert (second["variation_icon"], second["assurance_icon"]) == ("common_cause", "pass")
    assert second["points"][0] == {
        "date": "2024-01-14",
        "value": 10.0,
        "label": "Common Cause",
        "point_type": "common_cause",
    }


def test_the_command_agrees_with_published_software(bare_okr: Okr, tmp_path: Path) -> None:
    told = vectors("synthetic/syn_shift7_low_decrease")
    given, theirs = told["input"], told["expected"]
    file = written(tmp_path, given["value"])

    printed = bare_okr("spc", file, "--direction", "decrease", "--target", given["target"], "--screen", "--json")

    [group] = json.loads(printed.stdout)
    for name in ("mean", "lpl", "upl", "near_lpl", "near_upl", "mr_bar"):
        assert group[name] == pytest.approx(theirs["rebase_groups"][0][name], rel=1e-9)
    assert [point["label"] for point in group["points"]] == theirs["points"]["special_cause_type"]
    assert (group["variation_icon"], group["assurance_icon"]) == (theirs["variation_icon"], theirs["assurance_icon"])


def test_the_newer_two_in_three_can_be_asked_for(bare_okr: Okr, tmp_path: Path) -> None:
    file = written(tmp_path, [*[10, 12] * 5, 10, 10, 15, 11.5, 40])
    told = ["spc", file, "--baseline", 12, "--json"]

    older, newer = (
        json.loads(bare_okr(*told, "--two-in-three", which).stdout)[0] for which in ("nhsrplotthedots", "mdc_2023")
    )

    assert (older["points"][12]["label"], newer["points"][12]["label"]) == ("Common Cause", "2 in 3 Above CL")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--rebase", "2023-01-01"], "The series has no day 1 Jan 2023."),
        (["--rebase", "soon"], "“soon” is not a date."),
        (["--baseline", "11"], "11 points are too few to fix the limits on."),
        (["--target", "high"], "“high” is not a number."),
        (["--target", "inf"], "“inf” is not a number."),
    ],
)
def test_what_cannot_be_charted_is_said_and_exits_with_two(
    bare_okr: Okr, tmp_path: Path, words: list[str], said: str
) -> None:
    printed = bare_okr("spc", written(tmp_path, STEADY), *words)

    assert (printed.returncode, printed.stdout) == (BAD_INPUT, "")
    assert said in printed.stderr
    assert "Traceback" not in printed.stderr


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("", "The file is empty."),
        ("date;value", "The file is empty."),
        ("day;value\n2024-01-01;1", "date"),
        ("date;date;value\n2024-01-01;2024-01-01;1", "series.csv : 1"),
        ("date;value\n2024-01-01;1\n2024-01-01;2", "series.csv : 3: The day 1 Jan 2024 is already on line 2."),
        ("date;value\n2024-13-01;1", "series.csv : 2: “2024-13-01” is not a date."),
        ("date;value\n2024-01-01;inf", "series.csv : 2: “inf” is not a number."),
        ("date;value\n2024-01-01;nan", "series.csv : 2: “nan” is not a number."),
        ("date;value\n2024-01-01;1e400", "series.csv : 2: The number is too large, or no number at all."),
        ("date,value\n2024-01-01,1,5", "series.csv : 2"),
    ],
    ids=[
        "empty", "no rows", "no date", "twice a heading", "twice a day", "no such day", "infinite", "no number",
        "beyond numbers", "a decimal comma between commas",
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_charted_is_refused_with_the_line(
    bare_okr: Okr, tmp_path: Path, lines: str, said: str
) -> None:
    file = tmp_path / "series.csv"
    file.write_text(lines, encoding="utf-8")

    printed = bare_okr("spc", file)

    assert (printed.returncode, printed.stdout) == (BAD_INPUT, "")
    assert said in printed.stderr
    assert "Traceback" not in printed.stderr


@pytest.mark.parametrize(
    "values", [[5], ["", "", ""], [7] * 20, [0, 0, 1e-9], list(range(10_000))],
    ids=["one point", "all missing", "constant", "tiny", "10,000 points"],
)  # fmt: skip
def test_a_series_of_hardly_anything_or_very_much_is_charted_without_a_number_that_is_none(
    bare_okr: Okr, tmp_path: Path, values: list[object]
) -> None:
    printed = bare_okr("spc", written(tmp_path, values), "--target", 3, "--direction", "increase", "--json")

    assert printed.returncode == 0, printed.stderr
    assert "NaN" not in printed.stdout
    assert "Infinity" not in printed.stdout
    assert json.loads(printed.stdout)[0]["n"] == len([one for one in values if one != ""])


def test_rows_in_any_order_make_the_same_chart(bare_okr: Okr, tmp_path: Path) -> None:
    file = written(tmp_path, [*STEADY, 30])
    in_order = bare_okr("spc", file, "--json").stdout
    heading, *lines = file.read_text("utf-8").splitlines()
    file.write_text("\n".join([heading, *reversed(lines)]), encoding="utf-8")

    assert bare_okr("spc", file, "--json").stdout == in_order


@pytest.mark.parametrize(("name", "begins"), [("out.svg", b"<svg"), ("OUT.PNG", b"\x89PNG")])
def test_the_chart_is_drawn_as_the_file_name_asks(bare_okr: Okr, tmp_path: Path, name: str, begins: bytes) -> None:
    printed = bare_okr("spc", written(tmp_path, STEADY), "--chart", tmp_path / name)

    assert printed.returncode == 0, printed.stderr
    assert printed.stdout.splitlines()[-1] == f"The chart is in {name}."
    assert (tmp_path / name).read_bytes().startswith(begins)


def test_with_json_the_chart_is_drawn_and_nothing_but_json_is_printed(bare_okr: Okr, tmp_path: Path) -> None:
    printed = bare_okr("spc", written(tmp_path, STEADY), "--json", "--chart", tmp_path / "out.svg")

    assert json.loads(printed.stdout)[0]["n"] == len(STEADY)
    assert (tmp_path / "out.svg").exists()


@pytest.mark.parametrize("name", ["out.pdf", "out", "out.svg.txt"])
def test_another_ending_is_refused_before_anything_is_printed(bare_okr: Okr, tmp_path: Path, name: str) -> None:
    printed = bare_okr("spc", written(tmp_path, STEADY), "--chart", tmp_path / name)

    assert (printed.returncode, printed.stdout) == (BAD_INPUT, "")
    assert printed.stderr.splitlines() == [
        f"No chart can be drawn as {name}.",
        "Give a name that ends in .svg or .png.",
    ]
    assert not (tmp_path / name).exists()


def test_a_series_without_a_value_is_not_drawn(bare_okr: Okr, tmp_path: Path) -> None:
    printed = bare_okr("spc", written(tmp_path, ["", ""]), "--chart", tmp_path / "out.svg")

    assert (printed.returncode, printed.stderr) == (BAD_INPUT, "There is no value, and so nothing to draw.\n")


def test_a_chart_that_cannot_be_written_says_so(bare_okr: Okr, tmp_path: Path) -> None:
    printed = bare_okr("spc", written(tmp_path, STEADY), "--chart", tmp_path / "nowhere" / "out.svg")

    assert printed.returncode == BAD_INPUT
    assert "nowhere" in printed.stderr
    assert "Traceback" not in printed.stderr


def test_a_bad_file_is_told_line_by_line_with_what_to_do(bare_okr: Okr, tmp_path: Path) -> None:
    printed = bare_okr("spc", written(tmp_path, [1, "many", 3]))

    assert printed.returncode == BAD_INPUT
    assert "series.csv : 3: “many” is not a number. Write a number, for example 90.81" in printed.stderr


def test_a_file_that_is_not_there_is_named(bare_okr: Okr) -> None:
    printed = bare_okr("spc", "missing.csv")

    assert (printed.returncode, printed.stderr) == (BAD_INPUT, "There is no file missing.csv.\n")
