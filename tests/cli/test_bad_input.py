"""Bad input: a clear message with place and remedy, the right exit code, no file left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.cli.conftest import HERE, Run, left_over, write

HEAD = "person_id,birth_date,death_date,disability_type,disability_grade,hukou"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("a,1941-02-30,,none,,", ("row 1", "birth_date", "'1941-02-30'", "YYYY-MM-DD")),
        ("a,8 March 1941,,none,,", ("row 1", "birth_date", "YYYY-MM-DD")),
        ("a,1941-03-08,,none,,\nb,1941-13-01,,,,", ("row 2", "'1941-13-01'")),
        ("a,1941-03-08,,,,\na,1942-03-08,,,,", ("row 2", "person_id", "not used before")),
        ("a,1941-03-08,1940-01-01,,,", ("row 1", "death_date", "not before birth")),
        ("a,2999-01-01,,,,", ("row 1", "birth_date", "a day that has come")),
        ("a,1941-03-08,,visual,5,", ("row 1", "disability_grade", "'5'", "1-4")),
        ("a,1941-03-08,,none,2,", ("row 1", "disability_grade", "disability_type is none")),
        ("a,1941-03-08,,blind,2,", ("row 1", "disability_type", "visual")),
        ("a,1941-03-08,,,,遂昌", ("row 1", "hukou", "6, 9 or 12 digits")),
        (",1941-03-08,,,,", ("row 1", "person_id", "an identifier")),
    ],
)
def test_a_bad_cell_names_row_column_value_and_what_was_expected(
    run: Run, tmp_path: Path, rows: str, expected: tuple[str, ...]
) -> None:
    people = write(tmp_path / "people.csv", f"{HEAD}\n{rows}")

    ran = run("decide", "suichang", "--month", "2023-10", people, "-o", "out.csv")

    assert ran.code == 1
    assert ran.out == ""
    for text in expected:
        assert text in ran.err
    assert not (tmp_path / "out.csv").exists()
    assert left_over(tmp_path) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "empty"),
        (HEAD + "\n", "no rows"),
        ("name,birth_date\na,1941-03-08", "person_id"),
        ("person_id,birthdate\na,1941-03-08", "did you mean birth_date?"),
        ("person_id,birth_date\na,1941-03-08,surplus", "as many cells as the header"),
        ("person_id,birth_date\na", "as many cells as the header"),
        ("person_id,birth_date,birth_date\na,1941-03-08,1941-03-08", "two columns"),
        (",,\n,,", "no column names"),
    ],
)
def test_a_file_that_is_no_list_of_people_is_refused(
    run: Run, tmp_path: Path, text: str, expected: str
) -> None:
    people = tmp_path / "people.csv"
    people.write_text(text, "utf-8")

    ran = run("decide", "suichang", "--month", "2023-10", people, "-o", "out.parquet")

    assert ran.code == 1
    assert expected in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["people.csv"]


def test_extra_columns_are_left_out_when_asked(run: Run, tmp_path: Path) -> None:
    people = write(tmp_path / "p.csv", f"person_id,phone,hukou\na,1,{HERE}")

    assert run("decide", "suichang", "--month", "2023-10", people).code == 1
    assert run("decide", "suichang", "--month", "2023-10", people, "--ignore-extra").code == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_chinese_headings_and_values_are_read_in_the_usual_encodings(
    run: Run, tmp_path: Path, encoding: str
) -> None:
    people = write(
        tmp_path / "p.csv", f"编号,出生日期,户籍地\n老人甲,1941年3月8日,{HERE}", encoding
    )

    rows = run("decide", "suichang", "--month", "2023-10", people, "--only", "yes").rows()

    assert ("老人甲", "old-age-allowance") in {
        (row["subject_id"], row["provision"]) for row in rows
    }


@pytest.mark.parametrize(
    "data",
    [
        "person_id\n老人".encode() + b"\n" + "老人乙".encode("gb18030") + b"\xff\n",
        "person_id\na\n".encode("utf-16"),
        b"person_id\n\x81\n",
    ],
)
def test_text_in_no_one_encoding_is_refused(run: Run, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "p.csv").write_bytes(data)

    ran = run("decide", "suichang", "--month", "2023-10", "p.csv", "-o", "out.csv")

    assert ran.code == 1
    assert "UTF-8" in ran.err
    assert not (tmp_path / "out.csv").exists()


def test_bad_rows_are_set_aside_and_the_rest_decided(run: Run, tmp_path: Path) -> None:
    people = write(
        tmp_path / "p.csv",
        f"person_id,birth_date,hukou\na,1941-03-08,{HERE}\nb,1941-99-08,{HERE}\nc,1930-01-01,9",
    )

    ran = run("decide", "suichang", "--month", "2023-10", people, "--reject", "bad.csv")

    assert ran.code == 0
    assert {row["subject_id"] for row in ran.rows()} == {"a"}
    bad = (tmp_path / "bad.csv").read_text("utf-8").splitlines()
    assert bad[0] == "row,person_id,birth_date,hukou,problem"
    assert bad[1].startswith("2,b,1941-99-08")
    assert bad[2].startswith("3,c,")
    assert "2 row(s) set aside" in ran.err


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("a,birthdate,1941-03-08,,", "did you mean birth_date?"),
        ("a,birth_date,yesterday,,", "YYYY-MM-DD"),
        ("a,care_setting,hotel,,", "one of home"),
        ("a,care_setting,home,2023-05-01,2023-05-01", "a day after from"),
        ("a,care_setting,home,May,", "YYYY-MM-DD"),
        (",care_setting,home,,", "a name"),
        ("a,care_setting,home,,\na,care_setting,institution,2023-01-01,", "overlaps row 1"),
    ],
)
def test_a_bad_row_of_a_history_is_named(
    run: Run, people: Path, tmp_path: Path, row: str, expected: str
) -> None:
    write(tmp_path / "h.csv", f"person_id,fact,value,from,until\n{row}")

    ran = run("decide", "suichang", "--month", "2023-10", people, "--history", "h.csv")

    assert ran.code == 1
    assert expected in ran.err
    assert "row " in ran.err


def test_a_history_without_its_columns_is_refused(run: Run, people: Path, tmp_path: Path) -> None:
    write(tmp_path / "h.csv", "person_id,fact,value,since\na,sex,male,")

    ran = run("decide", "suichang", "--month", "2023-10", people, "--history", "h.csv")

    assert ran.code == 1
    assert "no column from, until" in ran.err
    assert "unknown column(s) since" in ran.err


# rulebooks


def test_a_rulebook_with_a_circle_of_definitions_is_refused(
    run: Run, people: Path, tmp_path: Path
) -> None:
    book = tmp_path / "round"
    book.mkdir()
    write(book / "rulebook.yaml", "id: round\ntitle: Round")
    (book / "definitions.yaml").write_text("a: {value: b}\nb: {value: a}\n", "utf-8")

    ran = run("decide", str(book), "--month", "2023-10", people)

    assert ran.code == 1
    assert "N005  definitions in a circle: a → b → a" in ran.err


def test_parents_in_a_circle_are_refused(run: Run, tmp_path: Path) -> None:
    for name, other in (("east", "west"), ("west", "east")):
        (tmp_path / name).mkdir()
        write(tmp_path / name / "rulebook.yaml", f"id: {name}\ntitle: {name}\nextends: ../{other}")

    ran = run("check", str(tmp_path / "east"))

    assert ran.code == 1
    assert "parents in a circle: east → west → east" in ran.out


def test_a_missing_parent_is_named_with_a_suggestion(run: Run, tmp_path: Path) -> None:
    book = tmp_path / "county"
    book.mkdir()
    write(book / "rulebook.yaml", "id: county\ntitle: County\nextends: zhejang")

    ran = run("check", str(book))

    assert ran.code == 1
    assert "L001  county extends zhejang, which is not there" in ran.out
    assert "did you mean zhejiang?" in ran.out


def test_an_unknown_rulebook_gets_a_suggestion(run: Run, people: Path) -> None:
    ran = run("decide", "suichan", "--month", "2023-10", people)

    assert ran.code == 1
    assert "did you mean suichang?" in ran.err


# usage


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), "which month?"),
        (("--month", "2023-13"), "2023-10"),
        (("--month", "October"), "2023-10"),
        (("--month", "2023-10", "--from", "2023-01"), "not both"),
        (("--from", "2023-10"), "which month?"),
        (("--from", "2023-10", "--to", "2023-09"), "before"),
        (("--month", "2023-10", "--subject", "eldr"), "did you mean elder?"),
        (("--month", "2023-10", "--subject", "fund"), "no provision about fund"),
        (
            ("--month", "2023-10", "--provision", "old-age-allowence"),
            "did you mean old-age-allowance?",
        ),
        (("--month", "2023-10", "--provision", "caregiver-ratio"), "--subject"),
        (("--month", "2023-10", "--only", "perhaps"), "perhaps"),
        (("--month", "2023-10", "--rules-as-of", "soon"), "2023-10-01"),
        (("--month", "2023-10", "-o", "people.csv"), "overwrite"),
    ],
)
def test_wrong_usage_ends_with_two(
    run: Run,
    people: Path,
    arguments: tuple[str, ...],
    expected: str,
) -> None:
    ran = run("decide", "suichang", *arguments, people.name)

    assert ran.code == 2
    assert expected in ran.err


@pytest.mark.parametrize(
    ("output", "expected"),
    [("out.xlsx", ".csv or .parquet"), ("nowhere/out.csv", "there is no folder"), (".", "folder")],
)
def test_an_output_that_cannot_be_written_is_refused(
    run: Run, people: Path, output: str, expected: str
) -> None:
    ran = run("decide", "suichang", "--month", "2023-10", people, "-o", output)

    assert ran.code == 1
    assert expected in ran.err


@pytest.mark.parametrize("name", ["missing.csv", "people.xlsx"])
def test_a_file_that_cannot_be_read_is_refused(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / "people.xlsx").write_bytes(b"PK")

    ran = run("decide", "suichang", "--month", "2023-10", name)

    assert ran.code == 1
    assert name in ran.err


@pytest.mark.parametrize("text", ["[", "[]", "3", '[{"person_id": "a"}, 4]'])
def test_json_that_is_no_list_of_people_is_refused(run: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "p.json").write_text(text, "utf-8")

    assert run("decide", "suichang", "--month", "2023-10", "p.json").code == 1


def test_a_broken_parquet_file_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "p.parquet").write_bytes(b"PAR1 nothing of the kind")

    ran = run("decide", "suichang", "--month", "2023-10", "p.parquet")

    assert ran.code == 1
    assert "not a Parquet file" in ran.err


@pytest.mark.parametrize(
    "text", ["nonsense: 3", "- 1", "severe_disability_care_rate: {9x: 1}", "a: ["]
)
def test_a_rates_file_that_cannot_be_read_is_refused_or_warned_about(
    run: Run, people: Path, tmp_path: Path, text: str
) -> None:
    (tmp_path / "rates.yaml").write_text(text, "utf-8")

    ran = run("decide", "suichang", "--month", "2023-10", people, "--rates", "rates.yaml")

    assert "rates.yaml:" in ran.err
    assert ran.code == (0 if text == "nonsense: 3" else 1)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_no_file(tmp_path: Path, number: int) -> None:
    rows = "\n".join(f"p{index},1941-03-08,{HERE}" for index in range(400_000))
    (tmp_path / "people.csv").write_text(f"person_id,birth_date,hukou\n{rows}\n", "utf-8")
    command = [sys.executable, "-m", "anlao.cli.main", "decide", "suichang", "--from", "2023-01"]
    arguments = ["--to", "2024-12", "people.csv", "-o", "out.csv"]

    process = subprocess.Popen([*command, *arguments], cwd=tmp_path, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 30
    while not left_over(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(process.pid, number)
    _, err = process.communicate(timeout=60)

    assert process.returncode != 0
    assert b"Traceback" not in err
    assert [path.name for path in tmp_path.iterdir()] == ["people.csv"]
