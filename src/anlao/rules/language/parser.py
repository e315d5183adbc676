"""Text -> tree. A Pratt parser for the closed grammar of the how-to page; it never evaluates.

``age >= 80 and frail`` -> ``And((Compare(">=", Name("age"), Const(80)), Name("frail")))``
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

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
from anlao.rules.quantities import parse_number, whole

MAX_LENGTH = 4000
MAX_DEPTH = 60
WORDS = {"and", "or", "not", "in", "if", "else", "true", "false", "none"}
_CONSTANTS = {"true": Const(True), "false": Const(False), "none": Const(NONE)}
_FULL_WIDTH = str.maketrans(
    "，（）［］“”‘’≥≤≠＞＜＝％　０１２３４５６７８９．", ",()[]\"\"''≥≤≠><=% 0123456789."
)
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>\d+(?:\.\d+)?(?:\s*%)?|\.\d+(?:\s*%)?)
      | (?P<name>[^\W\d]\w*)
      | (?P<text>"[^"\n]*"|'[^'\n]*')
      | (?P<symbol><=|>=|==|!=|≤|≥|≠|[-+*/()\[\],<>])
    )""",
    re.VERBOSE,
)
_SYNONYMS = {"≤": "<=", "≥": ">=", "≠": "!="}
_COMPARISONS = {"==", "!=", "<", "<=", ">", ">="}


class ExpressionError(ValueError):
    """An expression that the grammar does not have: what, at which character, what to do."""

    def __init__(self, message: str, position: int, hint: str = "") -> None:
        super().__init__(f"{message} (character {position + 1})")
        self.message = message
        self.position = position
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    position: int


def parse(text: str) -> Expr:
    """Return the tree of an expression. Raises ExpressionError and nothing else."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(
            f"expression longer than {MAX_LENGTH} characters", MAX_LENGTH, "split it by definitions"
        )
    parser = _Parser(_tokens(text.translate(_FULL_WIDTH)))
    tree = parser.expression()
    parser.finish()
    return tree


def _tokens(text: str) -> list[Token]:
    found: list[Token] = []
    position = 0
    end = len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if not match or match.lastgroup is None:
            at = position + len(text[position:]) - len(text[position:].lstrip())
            raise ExpressionError(_unexpected(text[at]), at, _symbol_hint(text[at:]))
        word = match[match.lastgroup]
        found.append(
            Token(match.lastgroup, _SYNONYMS.get(word, word), match.start(match.lastgroup))
        )
        position = match.end()
    found.append(Token("end", "", len(text)))
    return found


def _unexpected(character: str) -> str:
    return f"unexpected character {character!r}"


def _symbol_hint(rest: str) -> str:
    if rest.startswith("="):
        return "compare with =="
    if rest.startswith(("&", "|", "!")):
        return "write and, or, not"
    if rest.startswith(("'", '"')):
        return "the text is not closed"
    return "the grammar is in docs/how-to/write-a-rulebook.md, section 6"


class _Parser:
    """Reads tokens from left to right; one method a precedence level."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.index = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.index]

    def take(self) -> Token:
        token = self.token
        self.index += 1
        return token

    def accept(self, *texts: str) -> Token | None:
        if self.token.kind in ("symbol", "name") and self.token.text in texts:
            return self.take()
        return None

    def expect(self, text: str) -> Token:
        found = self.accept(text)
        if found is None:
            raise self.error(f"expected {text!r}, found {self.token.text or 'the end'!r}")
        return found

    def error(self, message: str, hint: str = "") -> ExpressionError:
        return ExpressionError(message, self.token.position, hint)

    def finish(self) -> None:
        if self.token.kind != "end":
            raise self.error(f"expected the end, found {self.token.text!r}")

    def expression(self) -> Expr:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error(f"nested deeper than {MAX_DEPTH}", "split it by definitions")
        value = self.disjunction()
        if self.accept("if"):
            condition = self.disjunction()
            self.expect("else")
            value = Ladder((Arm(condition, value), Arm(None, self.expression())))
        self.depth -= 1
        return value

    def disjunction(self) -> Expr:
        operands = [self.conjunction()]
        while self.accept("or"):
            operands.append(self.conjunction())
        return operands[0] if len(operands) == 1 else Or(tuple(operands))

    def conjunction(self) -> Expr:
        operands = [self.negation()]
        while self.accept("and"):
            operands.append(self.negation())
        return operands[0] if len(operands) == 1 else And(tuple(operands))

    def negation(self) -> Expr:
        times = 0
        while self.accept("not"):
            times += 1
        operand = self.comparison()
        return Not(operand) if times % 2 else operand

    def comparison(self) -> Expr:
        left = self.sum()
        parts: list[Expr] = []
        while (part := self.compared_with(left)) is not None:
            parts.append(part[0])
            left = part[1]
        if not parts:
            return left
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def compared_with(self, left: Expr) -> tuple[Expr, Expr] | None:
        token = self.token
        if token.kind == "symbol" and token.text in _COMPARISONS:
            self.take()
            right = self.sum()
            return Compare(token.text, left, right), right  # type: ignore[arg-type]
        if token.kind == "name" and token.text in ("in", "not"):
            self.take()
            if token.text == "not":
                self.expect("in")
            choices = self.bracketed()
            among = Among(left, choices)
            return (Not(among) if token.text == "not" else among), left
        return None

    def bracketed(self) -> tuple[Expr, ...]:
        self.expect("[")
        return self.arguments("]")

    def arguments(self, closing: str) -> tuple[Expr, ...]:
        found: list[Expr] = []
        while not self.accept(closing):
            if found:
                self.expect(",")
            found.append(self.expression())
        return tuple(found)

    def sum(self) -> Expr:
        left = self.product()
        while token := self.accept("+", "-"):
            left = Arithmetic(token.text, left, self.product())  # type: ignore[arg-type]
        return left

    def product(self) -> Expr:
        left = self.signed()
        while token := self.accept("*", "/"):
            left = Arithmetic(token.text, left, self.signed())  # type: ignore[arg-type]
        return left

    def signed(self) -> Expr:
        negative = False
        while token := self.accept("-", "+"):
            negative ^= token.text == "-"
        operand = self.primary()
        if not negative:
            return operand
        if isinstance(operand, Const) and isinstance(operand.value, int | Fraction):
            return Const(-operand.value)
        return Arithmetic("-", Const(0), operand)

    def primary(self) -> Expr:
        token = self.token
        if token.kind == "number":
            return Const(self.number(self.take()))
        if token.kind == "text":
            return Const(self.take().text[1:-1])
        if self.accept("("):
            inner = self.expression()
            self.expect(")")
            return inner
        if token.kind == "name" and token.text in _CONSTANTS:
            return _CONSTANTS[self.take().text]
        if token.kind == "name" and token.text not in WORDS:
            return self.named(self.take())
        if token.text == "[":
            raise self.error("a list stands only after in", "write x in [a, b]")
        raise self.error(f"expected a value, found {token.text or 'the end'!r}")

    def number(self, token: Token) -> int | Fraction:
        digits = token.text.rstrip("% \t")
        try:
            value = parse_number(digits)
        except ValueError:
            raise ExpressionError(f"number {digits} is too long", token.position) from None
        return whole(Fraction(value, 100)) if token.text.endswith("%") else value

    def named(self, token: Token) -> Expr:
        if self.accept("["):
            return Parameter(token.text, self.arguments("]"))
        if not self.accept("("):
            return Name(token.text)
        arguments = self.arguments(")")
        if token.text == "date":
            return Const(self.day(token, arguments))
        return Call(token.text, arguments)

    def day(self, token: Token, arguments: tuple[Expr, ...]) -> date:
        match arguments:
            case (Const(str() as text),):
                try:
                    return date.fromisoformat(text)
                except ValueError:
                    pass
        raise ExpressionError(
            "date() takes one day in quotes", token.position, 'write date("2023-09-01")'
        )
