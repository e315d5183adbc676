"""The grammar: what it reads, what it refuses, and that it never fails in any other way."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlao.rules.language.parser import MAX_DEPTH, MAX_LENGTH, ExpressionError, parse
from anlao.rules.language.tree import (
    NONE,
    Among,
    And,
    Arithmetic,
    Arm,
    Call,
    Compare,
    Const,
    Expr,
    Ladder,
    Name,
    Not,
    Or,
    Parameter,
)

A, B, C = Name("a"), Name("b"), Name("c")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("80", Const(80)),
        ("0.1", Const(Fraction(1, 10))),
        ("130%", Const(Fraction(13, 10))),
        ("-2", Const(-2)),
        ("none", Const(NONE)),
        ('date("2023-09-01")', Const(date(2023, 9, 1))),
        ("a and b or c", Or((And((A, B)), C))),
        ("not a and b", And((Not(A), B))),
        ("not not a", A),
        ("a - b - c", Arithmetic("-", Arithmetic("-", A, B), C)),
        ("a + b * c", Arithmetic("+", A, Arithmetic("*", B, C))),
        ("(a + b) * c", Arithmetic("*", Arithmetic("+", A, B), C)),
        ("80 <= a < 90", And((Compare("<=", Const(80), A), Compare("<", A, Const(90))))),
        ("a in [b, 'c']", Among(A, (B, Const("c")))),
        ("a not in [b]", Not(Among(A, (B,)))),
        ("rates[a, 3]", Parameter("rates", (A, Const(3)))),
        ("min(a, b)", Call("min", (A, B))),
        ("a if b else c", Ladder((Arm(B, A), Arm(None, C)))),
        ("a ≥ 80", Compare(">=", A, Const(80))),
        ("min（a，b）", Call("min", (A, B))),
    ],
)
def test_it_reads(text: str, tree: Expr) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected a value, found 'the end'"),
        ("a =b", "unexpected character '='"),
        ("a &b", "unexpected character '&'"),
        ("(a", r"expected '\)', found 'the end'"),
        ("a b", "expected the end, found 'b'"),
        ("a not b", "expected 'in', found 'b'"),
        ("[a]", "a list stands only after in"),
        ('date("2023-02-30")', "takes one day"),
        ("'open", "unexpected character"),
        ("1" * 30, "too long"),
        ("a." + "b", "unexpected character '.'"),
        ("__import__('os').system('x')", "unexpected character '.'"),
        ("(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1), "nested deeper"),
        ("a" * (MAX_LENGTH + 1), "longer than"),
    ],
)
def test_it_refuses_with_a_place(text: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message) as refused:
        parse(text)

    assert 0 <= refused.value.position <= len(text)


PIECES = ["a", "and", "or", "not", "in", "if", "else", "(", ")", "[", "]", ",", "+", "-", "*", "/"]
PIECES += [
    "<=",
    ">=",
    "==",
    "!=",
    "<",
    ">",
    "1",
    "0.5",
    "50%",
    '"x"',
    "true",
    "none",
    "date",
    "min",
]


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    _read_or_refused(text)


@given(st.lists(st.sampled_from(PIECES), max_size=60).map(" ".join))
def test_any_row_of_words_is_read_or_refused(text: str) -> None:
    _read_or_refused(text)


def _read_or_refused(text: str) -> None:
    with suppress(ExpressionError):
        parse(text)
