"""`okr chart` as somebody uses it who writes a document."""

from pathlib import Path

from tests.cli.conftest import Okr

BAD_INPUT = 2


def test_a_key_result_becomes_a_picture(okr: Okr, tmp_path: Path) -> None:
    okr("demo", "--case", "county")

    printed = okr("chart", "A1.1", "--period", "2025-Q2", "--out", tmp_path / "a.svg", env={"OKR_LANGUAGE": "fi"})

    assert (printed.returncode, printed.stdout) == (0, "Kaavio on tallennettu tiedostoon a.svg.\n"), printed.stderr
    drawn = (tmp_path / "a.svg").read_text("utf-8")
    assert "Tavoitetaso 100,00\N{NO-BREAK SPACE}%" in drawn
    assert "Lähde: county.xlsx" in drawn


def test_what_cannot_be_drawn_is_refused(okr: Okr, tmp_path: Path) -> None:
    okr("demo", "--case", "city")

    unknown = okr("chart", "X9", "--period", "2020-Q4", "--out", tmp_path / "a.svg")
    as_pdf = okr("chart", "C1.1", "--period", "2020-Q4", "--out", tmp_path / "a.pdf")

    assert (unknown.returncode, as_pdf.returncode) == (BAD_INPUT, BAD_INPUT)
    assert "X9" in unknown.stderr
    assert "a.pdf" in as_pdf.stderr
    assert list(tmp_path.glob("a.*")) == []
