"""Every command on real files: what it prints, what it leaves, how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.cli.conftest import HERE, Run, write

from anlao.cli.main import COMMANDS

COLUMNS = "subject_id,month,rulebook,provision,outcome,amount,unit,missing,reason,clause"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(run: Run, name: str) -> None:
    ran = run(name, "--help")

    assert ran.code == 0
    assert "Usage: " in ran.out


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\nfrom click.testing import CliRunner\nfrom anlao.cli.main import cli\n"
        "assert CliRunner().invoke(cli, ['--help']).exit_code == 0\n"
        "assert not {'numpy', 'pyarrow', 'rich'} & set(sys.modules)\n"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_misspelt_command_is_wrong_usage_with_a_suggestion(run: Run) -> None:
    ran = run("decied")

    assert ran.code == 2
    assert "did you mean decide?" in ran.err


# rulebooks, check, coverage


def test_rulebooks_lists_number_division_and_status(run: Run) -> None:
    books = {book["id"]: book for book in json.loads(run("rulebooks", "--json").out)}

    assert books["suichang"]["document"] == "遂政办发〔2023〕26号"
    assert books["suichang"]["division"] == "331123"
    assert books["suichang"]["in_force_from"] == "2023-09-01"
    assert books["suichang"]["provisions"] == 11
    assert books["shaoxing"]["status"] == "draft"
    assert "cn" not in books


def test_the_common_base_is_listed_only_with_all(run: Run) -> None:
    assert "cn" in [book["id"] for book in json.loads(run("rulebooks", "--json", "--all").out)]


def test_the_table_of_rulebooks_stays_whole_in_a_pipe(run: Run) -> None:
    lines = run("rulebooks").out.splitlines()

    assert any("suichang" in line and "in_force" in line and "331123" in line for line in lines)


@pytest.mark.parametrize("name", ["zhejiang", "suichang"])
def test_a_shipped_rulebook_has_no_errors(run: Run, name: str) -> None:
    ran = run("check", name)

    assert ran.code == 0, ran.out
    assert ran.out == ""


def test_check_reports_every_problem_with_place_code_and_hint(run: Run, tmp_path: Path) -> None:
    book = tmp_path / "my-county"
    book.mkdir()
    write(book / "rulebook.yaml", "id: my-county\ntitle: Mine\ndivison: '1'\nstatsu: draft")

    ran = run("check", str(book))

    assert ran.code == 1
    assert "my-county/rulebook.yaml:3  Y010  rulebook.yaml has no key divison" in ran.out
    assert "my-county/rulebook.yaml:4  Y010  rulebook.yaml has no key statsu" in ran.out
    assert "did you mean division?" in ran.out


def test_coverage_leaves_no_rule_or_standard_unaccounted(run: Run) -> None:
    ran = run("coverage", "--json")
    data = json.loads(ran.out)

    assert ran.code == 0
    assert data["total"] == 186
    assert data["counts"]["unaccounted"] == 0
    assert sum(data["counts"].values()) == 186


def test_coverage_says_where_which_rate_and_why_not(run: Run) -> None:
    entries = {entry["id"]: entry for entry in json.loads(run("coverage", "--json").out)["entries"]}

    assert entries["suichang-3b"]["status"] == "encoded"
    assert entries["suichang-3b"]["where"] == ["suichang/old-age-allowance"]
    assert entries["suichang-18a"]["status"] == "needs_rate"
    assert "special_post_allowance" in entries["suichang-18a"]["rates"]
    assert entries["suichang-2f"]["status"] == "not_expressible"
    assert entries["suichang-2f"]["why"]["en"]


def test_the_cases_of_a_rulebook_pass_and_what_they_miss_is_said(run: Run) -> None:
    one_case_only = Path(__file__).parents[1] / "rules" / "rulebook" / "good" / "plain"

    ran = run("test", str(one_case_only))

    assert ran.code == 0
    assert "no case touches allowance-80: no case ends in not_met:aged_80" in ran.out
    assert "0 failed" in ran.err


def test_a_case_that_expects_something_else_fails(run: Run, tmp_path: Path) -> None:
    book = tmp_path / "county"
    (book / "cases").mkdir(parents=True)
    write(book / "rulebook.yaml", "id: county\ntitle: County\nextends: zhejiang")
    (book / "cases" / "one.yaml").write_text(
        "- name: Nobody is paid\n  month: 2024-01\n"
        '  given: {birth_date: 1940-01-01, hukou: "330601"}\n  expect: {old-age-allowance: no}\n',
        "utf-8",
    )

    ran = run("test", str(book), "--engine", "columnar")

    assert ran.code == 1
    assert "Nobody is paid" in ran.out
    assert run("test", "nowhere").code == 1


def test_the_county_gives_nobody_less_than_the_province(run: Run) -> None:
    ran = run("check", "suichang", "--against", "zhejiang")

    assert ran.code == 0, ran.out
    assert "nobody gets less" in ran.err


def test_a_county_below_the_floor_is_shown_a_person(run: Run, tmp_path: Path) -> None:
    book = tmp_path / "county"
    (book / "provisions").mkdir(parents=True)
    write(book / "rulebook.yaml", "id: county\ntitle: County\nextends: zhejiang\ndivision: '33'")
    (book / "provisions" / "a.yaml").write_text(
        "id: old-age-allowance\nkind: cash\nname: Allowance\nclause: '1'\n"
        "conditions: [{id: aged_81, if: age >= 81}]\namount: 1000\nunit: yuan/month\n",
        "utf-8",
    )

    ran = run("check", str(book), "--against", "zhejiang", "--lang", "en")

    assert ran.code == 1
    assert "birth_date" in ran.out


def test_both_engines_write_the_same_file(run: Run, tmp_path: Path) -> None:
    run("synth", "331123", "--elders", "60", "--as-of", "2024-01-01", "-o", "p.parquet")
    span = ("--from", "2023-11", "--to", "2024-02", "p.parquet", "--history", "p.history.csv")
    for engine in ("columnar", "reference"):
        assert run("decide", "suichang", *span, "--engine", engine, "-o", f"{engine}.csv").code == 0

    columnar = (tmp_path / "columnar.csv").read_bytes()
    assert columnar == (tmp_path / "reference.csv").read_bytes()


# decide


def test_decide_writes_the_columns_of_the_contract_in_order(run: Run, people: Path) -> None:
    ran = run("decide", "suichang", "--month", "2023-10", people)

    assert ran.code == 0
    assert ran.out.splitlines()[0] == COLUMNS
    first = ran.rows()[0]
    assert first == {
        "subject_id": "grandmother",
        "month": "2023-10",
        "rulebook": "suichang",
        "provision": "old-age-allowance",
        "outcome": "yes",
        "amount": "60.00",
        "unit": "yuan/month",
        "missing": "",
        "reason": "met",
        "clause": "遂政办发〔2023〕26号 二(一)3",
    }


def test_decide_names_missing_facts_and_rates(run: Run, people: Path) -> None:
    rows = run("decide", "suichang", "--month", "2023-10", people).rows()
    missing = {(row["subject_id"], row["provision"]): row["missing"] for row in rows}

    assert missing["unborn", "old-age-allowance"] == "birth_date"
    assert "rate:severe_disability_care_rate" in missing["grandmother", "care-subsidy"].split("|")


def test_decide_only_keeps_one_outcome(run: Run, people: Path) -> None:
    rows = run("decide", "suichang", "--month", "2023-10", people, "--only", "yes").rows()

    assert rows
    assert {row["outcome"] for row in rows} == {"yes"}


def test_decide_writes_column_names_even_where_no_row_is_left(run: Run, people: Path) -> None:
    arguments = ("--provision", "concentrated-support", "--only", "yes")

    ran = run("decide", "suichang", "--month", "2023-10", people, *arguments)

    assert ran.code == 0
    assert ran.out == COLUMNS + "\n"


def test_a_span_of_months_comes_by_subject_then_month(run: Run, people: Path) -> None:
    arguments = ("--provision", "old-age-allowance")

    rows = run(
        "decide", "suichang", "--from", "2023-12", "--to", "2024-02", people, *arguments
    ).rows()

    assert [(row["subject_id"], row["month"]) for row in rows[:4]] == [
        ("grandmother", "2023-12"),
        ("grandmother", "2024-01"),
        ("grandmother", "2024-02"),
        ("grandfather", "2023-12"),
    ]
    outcomes = {row["month"]: row["outcome"] for row in rows if row["subject_id"] == "grandfather"}
    assert outcomes == {"2023-12": "no", "2024-01": "yes", "2024-02": "yes"}


def test_parquet_and_csv_hold_the_same_decisions(run: Run, people: Path, tmp_path: Path) -> None:
    span = ("--from", "2023-09", "--to", "2024-03")
    rows = run("decide", "suichang", *span, people).rows()

    assert run("decide", "suichang", *span, people, "-o", "out.parquet").code == 0

    table = pq.read_table(tmp_path / "out.parquet")
    assert table.column_names == COLUMNS.split(",")
    records = [
        {key: "" if value is None else str(value) for key, value in record.items()}
        for record in table.to_pylist()
    ]
    assert records == rows


def test_parquet_says_what_it_was_decided_by(run: Run, people: Path, tmp_path: Path) -> None:
    as_of = ("--rules-as-of", "2024-01-01", "--known-as-of", "2024-02-01")
    run("decide", "suichang", "--month", "2023-10", people, "-o", "out.parquet", *as_of)

    schema = pq.read_schema(tmp_path / "out.parquet")

    assert schema.metadata[b"anlao.rulebook"] == b"suichang"
    assert schema.metadata[b"anlao.rules_as_of"] == b"2024-01-01"
    assert schema.metadata[b"anlao.known_as_of"] == b"2024-02-01"
    assert schema.metadata[b"anlao.engine"]
    assert str(schema.field("amount").type) == "decimal128(18, 2)"
    assert str(schema.field("outcome").type).startswith("dictionary")


def test_a_draft_decides_only_when_simulated(run: Run, people: Path) -> None:
    refused = run("decide", "shaoxing", "--month", "2023-10", people)

    assert refused.code == 1
    assert refused.out == ""
    assert "draft" in refused.err
    assert "--simulate" in refused.err
    assert run("decide", "shaoxing", "--month", "2023-10", people, "--simulate").code == 0


def test_rates_turn_unknown_into_money(run: Run, tmp_path: Path) -> None:
    person = write(
        tmp_path / "one.csv",
        f"""
        person_id,birth_date,hukou,economic_status,capability_level,care_setting,ltci_benefit,severe_disability_subsidy
        one,1941-03-08,{HERE},dibao_marginal,3,home,false,false
        """,
    )
    write(tmp_path / "rates.yaml", "severe_disability_care_rate: {1: 500, 2: 250.50, 3: 125}")
    arguments = ("--month", "2023-10", person, "--provision", "care-subsidy")

    row = run("decide", "suichang", *arguments, "--rates", "rates.yaml").rows()[0]

    assert (row["outcome"], row["amount"]) == ("yes", "125.25")


def test_a_local_rate_below_a_floor_is_refused(run: Run, people: Path, tmp_path: Path) -> None:
    write(tmp_path / "rates.yaml", "old_age_allowance: {80-89: 50, 90-99: 100, 100+: 300}")

    ran = run("decide", "zhejiang", "--month", "2023-10", people, "--rates", "rates.yaml")

    assert ran.code == 1
    assert "L005" in ran.err
    assert "rates.yaml:1" in ran.err


def test_identifiers_with_commas_and_quotes_stay_one_cell(run: Run, tmp_path: Path) -> None:
    person = write(tmp_path / "odd.csv", 'person_id,hukou\n"a,""b""",331123001001\nplain,331123')

    rows = run("decide", "suichang", "--month", "2023-10", person).rows()

    assert {row["subject_id"] for row in rows} == {'a,"b"', "plain"}


def test_an_amount_computed_per_subject_is_exact(run: Run, tmp_path: Path) -> None:
    estates = write(
        tmp_path / "estates.csv",
        """
        estate_id,stage,households,residential_floor_area,sites,premises_area,smallest_site_area
        small,new,100,10000,1,20,20
        large,new,2050,123456.7,2,700,300
        """,
    )

    rows = run("decide", "suichang", "--month", "2023-10", estates, "--subject", "estate").rows()

    amounts = {row["subject_id"]: (row["outcome"], row["amount"], row["unit"]) for row in rows}
    assert amounts["small"][0] == "no"
    assert amounts["large"] == ("yes", "630.00", "m2")


# history


def test_history_overrides_a_column_inside_its_span(run: Run, people: Path, tmp_path: Path) -> None:
    write(
        tmp_path / "history.csv",
        f"""
        person_id,fact,value,from,until
        grandmother,hukou,330601001001,,2023-11-15
        neighbour,hukou,{HERE},2023-12-01,2024-01-01
        """,
    )
    arguments = ("--from", "2023-10", "--to", "2024-01", "--provision", "old-age-allowance")

    rows = run("decide", "suichang", *arguments, people, "--history", "history.csv").rows()

    def outcomes(name: str) -> list[str]:
        return [row["outcome"] for row in rows if row["subject_id"] == name]

    assert outcomes("grandmother") == ["not_applicable", "not_applicable", "yes", "yes"]
    assert outcomes("neighbour") == ["not_applicable", "not_applicable", "yes", "not_applicable"]


def test_what_was_recorded_later_is_not_known_yet(run: Run, people: Path, tmp_path: Path) -> None:
    write(
        tmp_path / "history.csv",
        """
        person_id,fact,value,from,until,recorded_on
        grandmother,death_date,2023-09-20,,,2023-12-05
        """,
    )
    arguments = (
        "--month",
        "2023-10",
        "--provision",
        "old-age-allowance",
        "--history",
        "history.csv",
    )

    def outcome(*more: str) -> str:
        return run("decide", "suichang", *arguments, people, *more).rows()[0]["outcome"]

    assert outcome() == "no"
    assert outcome("--known-as-of", "2023-12-05") == "no"
    assert outcome("--known-as-of", "2023-12-04") == "yes"


def test_people_of_the_history_who_are_not_in_the_file_are_named(
    run: Run, people: Path, tmp_path: Path
) -> None:
    write(tmp_path / "history.csv", "person_id,fact,value,from,until\nstranger,dementia,true,,")

    ran = run("decide", "suichang", "--month", "2023-10", people, "--history", "history.csv")

    assert ran.code == 0
    assert "stranger" in ran.err


def test_lists_of_records_come_from_their_own_file(run: Run, tmp_path: Path) -> None:
    book = tmp_path / "meals"
    (book / "provisions").mkdir(parents=True)
    write(book / "rulebook.yaml", "id: meals\ntitle: Meals")
    (book / "facts.yaml").write_text(
        "elder: {invoices: {type: rows, name: invoices, facts: {kind: {type: text},"
        " amount: {type: money}}}}\n",
        "utf-8",
    )
    (book / "provisions" / "a.yaml").write_text(
        "id: meals\nkind: cash\nname: Meals\nclause: '1'\nregistration: none\n"
        "amount: sum(invoices, amount)\nunit: yuan/month\n",
        "utf-8",
    )
    write(tmp_path / "p.csv", "person_id\na\nb")
    write(tmp_path / "i.csv", "person_id,kind,amount\na,meal,12.50\na,meal,20.25")
    arguments = ("--month", "2024-01", "p.csv")

    rows = run("decide", str(book), *arguments, "--rows", "invoices=i.csv").rows()
    refused = run("decide", str(book), *arguments, "--rows", "invoces=i.csv")

    assert [(row["outcome"], row["amount"]) for row in rows] == [("yes", "32.75"), ("no", "")]
    assert refused.code == 1
    assert "did you mean invoices?" in refused.err


# explain


def test_explain_tells_one_elder_in_chinese(run: Run, tmp_path: Path) -> None:
    person = tmp_path / "person.json"
    facts = {"birth_date": "1941-03-08", "hukou": HERE, "economic_status": "ordinary"}
    person.write_text(json.dumps(facts), "utf-8")

    ran = run("explain", "suichang", "--month", "2023-10", person)

    assert ran.code == 0
    assert "高龄津贴：可以领取，每月60.00元。" in ran.out
    assert "依据：遂政办发〔2023〕26号 二(一)3" in ran.out
    assert "低保或低保边缘家庭" in ran.out


def test_explain_says_what_a_missing_fact_would_change(run: Run, tmp_path: Path) -> None:
    person = tmp_path / "person.json"
    person.write_text(json.dumps({"hukou": HERE, "lives_alone": True}), "utf-8")

    ran = run("explain", "suichang", "--month", "2023-10", person, "--json")

    data = json.loads(ran.out)
    allowance = next(
        item for item in data["provisions"] if item["provision"] == "old-age-allowance"
    )
    assert allowance["outcome"] == "unknown"
    assert allowance["missing"] == ["birth_date"]
    results = {entry["amount"]: entry for entry in allowance["would_change"][0]["if"]}
    assert set(results) == {None, "60.00", "100.00", "500.00"}
    assert results["60.00"]["values"] == ["1933年11月1日至1943年10月31日"]


def test_explain_finds_one_of_many_by_id_and_speaks_english(run: Run, people: Path) -> None:
    ran = run(
        "explain", "suichang", "--month", "2023-10", people, "--id", "neighbour", "--lang", "en"
    )

    assert ran.code == 0
    assert "registered elsewhere" in ran.out


def test_explain_gives_the_same_outcome_as_decide(run: Run, people: Path) -> None:
    decided = {
        (row["subject_id"], row["provision"]): (row["outcome"], row["reason"])
        for row in run("decide", "suichang", "--month", "2023-10", people).rows()
    }
    for name in ("grandmother", "grandfather", "neighbour", "unborn"):
        ran = run("explain", "suichang", "--month", "2023-10", people, "--id", name, "--json")
        for item in json.loads(ran.out)["provisions"]:
            assert decided[name, item["provision"]] == (item["outcome"], item["reason"])


def test_explain_asks_which_where_there_are_several(run: Run, people: Path) -> None:
    ran = run("explain", "suichang", "--month", "2023-10", people)

    assert ran.code == 1
    assert "--id" in ran.err


@pytest.mark.parametrize(
    "book", ["suichang", "shaoxing", "huitong", "chengkou", "jian", "zhejiang"]
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_rulebook_explains_somebody_of_whom_nothing_is_known(
    run: Run, tmp_path: Path, book: str, language: str
) -> None:
    person = tmp_path / "person.json"
    person.write_text('{"person_id": "nobody"}', "utf-8")
    arguments = ("--month", "2024-01", person, "--lang", language, "--simulate")

    assert run("explain", book, *arguments).code == 0
    assert run("explain", book, *arguments, "--json").code == 0


# compare, recalc


def test_compare_prices_a_change_of_a_figure(run: Run, people: Path, tmp_path: Path) -> None:
    arguments = ("--month", "2023-10", people, "--set", "old_age_allowance.80-89=80")

    ran = run("compare", "suichang", "suichang", *arguments, "--json", "-o", "differences.csv")

    data = json.loads(ran.out)
    allowance = next(
        item for item in data["provisions"] if item["provision"] == "old-age-allowance"
    )
    assert data["difference"] == "20.00"
    assert (allowance["gain"], allowance["lose"]) == (1, 0)
    lines = (tmp_path / "differences.csv").read_text("utf-8").splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("grandmother,2023-10,old-age-allowance,yes,60.00,yes,80.00,20.00")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("old_age_allowanse.80-89=80", "did you mean old_age_allowance?"),
        ("old_age_allowance.70-79=80", "has no age 70-79"),
        ("old_age_allowance=80", "takes 1 key(s)"),
        ("old_age_allowance.80-89=plenty", "'plenty' is no value"),
        ("near_poor_basis=everywhere", "one of applicable, home"),
        ("nonsense", "NAME=value"),
    ],
)
def test_compare_refuses_a_change_it_does_not_understand(
    run: Run, people: Path, change: str, expected: str
) -> None:
    ran = run("compare", "suichang", "suichang", "--month", "2023-10", people, "--set", change)

    assert ran.code == 2
    assert expected in ran.err


def test_a_late_death_is_recovered_month_by_month(run: Run, people: Path, tmp_path: Path) -> None:
    after = write(
        tmp_path / "after.csv",
        f"""
        person_id,birth_date,death_date,hukou
        grandmother,1941-03-08,2023-11-02,{HERE}
        grandfather,1943-12-31,,{HERE}
        newcomer,1930-01-01,,{HERE}
        """,
    )
    arguments = ("--from", "2023-10", "--to", "2024-01", "--provision", "old-age-allowance")

    ran = run("recalc", "suichang", *arguments, "--before", people, "--after", after)

    rows = [
        (row["subject_id"], row["month"], row["difference"], row["direction"])
        for row in ran.rows()
        if row["direction"] in ("pay", "recover")
    ]
    assert rows == [
        ("grandmother", "2023-12", "-60.00", "recover"),
        ("grandmother", "2024-01", "-60.00", "recover"),
        ("grandfather", "2023-12", "60.00", "pay"),
    ]
    checked = {row["subject_id"] for row in ran.rows() if row["direction"] == "check"}
    assert checked == {"newcomer"}
    assert "2 only before, 1 only after" in ran.err


def test_nothing_differs_between_equal_facts(run: Run, people: Path) -> None:
    span = ("--from", "2023-09", "--to", "2024-08")

    ran = run("recalc", "suichang", *span, "--before", people, "--after", people)

    assert ran.code == 0
    assert ran.rows() == []


# synth, docs, demo


def test_synth_makes_people_that_decide_takes(run: Run, tmp_path: Path) -> None:
    day = ("--as-of", "2023-10-01")
    assert (
        run("synth", "331123", "--elders", "300", "--seed", "7", *day, "-o", "p.parquet").code == 0
    )

    rows = run("decide", "suichang", "--month", "2023-10", "p.parquet", "--only", "yes").rows()

    assert len({row["subject_id"] for row in rows}) > 100
    assert (tmp_path / "p.history.csv").is_file()


def test_synth_refuses_a_division_without_census(run: Run, tmp_path: Path) -> None:
    ran = run("synth", "110101", "-o", "p.parquet")

    assert ran.code == 1
    assert "331123" in ran.err
    assert not (tmp_path / "p.parquet").exists()


def test_docs_in_the_repository_are_up_to_date() -> None:
    from anlao.cli.reference import pages

    folder = Path(__file__).parents[2] / "docs" / "reference"
    for name, text in pages().items():
        assert (folder / name).read_text("utf-8") == text, f"run: anlao docs ({name})"


def test_docs_check_names_what_differs(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "docs" / "reference"
    folder.parent.mkdir()
    assert run("docs").code == 0
    assert run("docs", "--check").code == 0

    (folder / "facts.md").write_text("old", "utf-8")
    ran = run("docs", "--check")

    assert ran.code == 1
    assert "facts.md is not up to date" in ran.err


def test_the_demo_leaves_its_files_and_an_office(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="anlao-demo-") as place:
        # The database may run as another user, who must pass through the folders above.
        Path(place).chmod(0o711)

        # In a process of its own: a program opens one office in its life.
        ran = subprocess.run(
            [
                sys.executable, "-m", "anlao.cli.main", "demo",
                "--elders", "3000", "--data", f"{place}/office",
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip

    assert ran.returncode == 0, ran.stderr
    assert "高龄津贴" in ran.stdout
    assert "依据：遂政办发〔2023〕26号" in ran.stdout
    assert "3,000 elders and every role in the office" in ran.stdout
    assert "县级经办" in ran.stdout
    left = {path.name for path in (tmp_path / "demo-output").iterdir()}
    assert {"decisions.parquet", "summary.csv", "explanation.txt", "recalculation.csv"} <= left


def test_rules_as_of_a_day_before_the_month_still_hold_unless_published_later(
    run: Run, tmp_path: Path
) -> None:
    people = tmp_path / "people.csv"
    people.write_text("person_id,birth_date,hukou\nE1,1940-01-01,331123001001\n", "utf-8")

    ran = run(
        "decide", "suichang", "--month", "2024-01", "--rules-as-of", "2023-09-15", str(people)
    )

    assert "E1,2024-01,suichang,old-age-allowance,yes,60.00" in ran.out


def test_components_are_not_counted_beside_the_item_they_are_paid_in(
    run: Run, tmp_path: Path
) -> None:
    person = tmp_path / "person.json"
    person.write_text(
        '{"person_id": "E1", "birth_date": "1931-01-01", "hukou": "330602",'
        ' "economic_status": "dibao", "capability_level": 0, "dementia": false,'
        ' "care_setting": "home", "lives_alone": false,'
        ' "family_can_care": true, "severe_disability_subsidy": false}',
        "utf-8",
    )

    ran = run(
        "explain", "shaoxing", "--month", "2024-02", "--simulate", "--lang", "en", str(person)
    )

    # 100 of the province's allowance and 200, the highest care-service item; not 125 beside it.
    assert "This month pays 300.00 yuan" in ran.out
