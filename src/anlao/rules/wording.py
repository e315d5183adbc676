"""Values and expressions in words, Chinese and English, by the labels of the rulebook.

completed_years(birth_date, age_day) >= 80   ->   周岁 ≥ 80   /   age ≥ 80
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from anlao.rules.evaluation.values import Unknown, Void
from anlao.rules.facts import FactSpec, Label
from anlao.rules.language.tree import (
    NONE,
    Aggregate,
    Among,
    And,
    Arithmetic,
    Call,
    Clock,
    Compare,
    Const,
    Defined,
    Discretion,
    Expr,
    Fact,
    Ladder,
    Not,
    Or,
    Outcome,
    Parameter,
    RowFact,
    Shifted,
)
from anlao.rules.quantities import format_fen, format_number
from anlao.rules.rulebook.model import Rulebook, is_number

UNITS = {
    "yuan": Label("元", "yuan"),
    "yuan/month": Label("元/月", "yuan a month"),
    "yuan/year": Label("元/年", "yuan a year"),
    "yuan/once": Label("元（一次性）", "yuan once"),
    "m2": Label("平方米", "m2"),
    "staff": Label("人", "staff"),
    "years": Label("年", "years"),
    "months": Label("个月", "months"),
    "share": Label("", ""),
    "none": Label("", ""),
    "service": Label("", ""),
}
_CLOCK = {
    "first_day": Label("本月第一天", "the first of the month"),
    "last_day": Label("本月最后一天", "the last of the month"),
    "year_start": Label("本年第一天", "the first of the year"),
    "year_end": Label("本年最后一天", "the last of the year"),
    "age_day": Label("计算年龄之日", "the day ages are read"),
    "year": Label("年份", "the year"),
    "month_number": Label("月份", "the month"),
}
_FUNCTIONS = {
    "completed_years": Label("周岁", "age"),
    "nominal_years": Label("虚岁", "nominal age"),
    "years_between": Label("相隔整年数", "whole years between"),
    "months_between": Label("相隔整月数", "whole months between"),
    "days_between": Label("相隔天数", "days between"),
    "add_years": Label("加年", "years after"),
    "add_months": Label("加月", "months after"),
    "add_days": Label("加天", "days after"),
    "year_of": Label("所在年份", "year of"),
    "month_of": Label("所在月份", "month of"),
    "day_of": Label("所在日", "day of"),
    "lunar_date": Label("农历日", "lunar day"),
    "in_division": Label("属于本地", "lies in the division"),
    "has_rate": Label("已有标准", "a rate is loaded for"),
    "min": Label("较小者", "the least of"),
    "max": Label("较大者", "the greatest of"),
    "ceil": Label("向上取整", "rounded up"),
    "floor": Label("向下取整", "rounded down"),
    "round": Label("四舍五入", "rounded"),
    "abs": Label("绝对值", "the size of"),
}
_AGGREGATES = {
    "count": Label("条数", "number of"),
    "sum": Label("合计", "sum of"),
    "any": Label("有任一", "any of"),
    "all": Label("全部", "all of"),
    "highest": Label("最高", "highest of"),
    "lowest": Label("最低", "lowest of"),
}
_OPS = {"==": "=", "!=": "≠", "<=": "≤", ">=": "≥", "<": "<", ">": ">"}
YES_NO = {True: Label("是", "yes"), False: Label("否", "no")}
UNKNOWN = Label("未知", "unknown")
NOTHING = Label("无", "none")
OUTCOMES = {
    "yes": Label("符合", "yes"),
    "no": Label("不符合", "no"),
    "not_applicable": Label("不适用", "not applicable"),
    "unknown": Label("无法判定", "unknown"),
}


@dataclass(frozen=True, slots=True)
class Words:
    """Puts things about one subject of a rulebook into one language."""

    rulebook: Rulebook
    facts: Mapping[str, FactSpec]
    language: str

    def of(self, label: Label) -> str:
        return label.text(self.language)

    def pick(self, zh: str, en: str) -> str:
        return zh if self.language == "zh" else en

    def unit(self, unit: str) -> str:
        return self.of(UNITS[unit]) if unit in UNITS else unit

    def day(self, day: date) -> str:
        return self.pick(f"{day.year}年{day.month}月{day.day}日", day.isoformat())

    def money(self, fen: int, unit: str) -> str:
        """Return an amount as one says it: 每月60.00元, 60.00 yuan a month."""
        amount = format_fen(fen)
        match unit:
            case "yuan/month":
                return self.pick(f"每月{amount}元", f"{amount} yuan a month")
            case "yuan/year":
                return self.pick(f"每年{amount}元", f"{amount} yuan a year")
            case "yuan/once":
                return self.pick(f"一次性{amount}元", f"{amount} yuan once")
        if not unit.startswith("yuan") and fen % 100 == 0:
            amount = str(fen // 100)
        shown = self.unit(unit)
        return f"{amount}{shown}" if self.language == "zh" else f"{amount} {shown}".strip()

    def value(self, value: Any, spec: FactSpec | None = None, unit: str = "") -> str:
        """Return a value of a fact or figure."""
        if value is None or isinstance(value, Unknown):
            return self.of(UNKNOWN)
        if value is NONE:
            return self.of(NOTHING)
        if isinstance(value, Void):
            return self.pick("没有施行中的标准", "nothing in force")
        if isinstance(value, bool):
            return self.of(YES_NO[value])
        if isinstance(value, date):
            return self.day(value)
        if isinstance(value, list | tuple):
            return self.pick(f"{len(value)}条", f"{len(value)} rows")
        if is_number(value):
            shown = self.unit(unit)
            return format_number(value) + (shown if self.language == "zh" else f" {shown}".rstrip())
        if spec is not None and value in spec.values:
            return self.of(spec.values[value])
        return str(value)

    # names

    def fact(self, name: str) -> str:
        spec = self.facts.get(name)
        return self.of(spec.label) if spec else name

    def parameter(self, name: str) -> str:
        spec = self.rulebook.parameters.get(name)
        return (self.of(spec.label) if spec else "") or name

    def definition(self, name: str) -> str:
        found = self.rulebook.definitions.get(name)
        return (self.of(found.label) if found else "") or name

    def provision(self, name: str) -> str:
        found = self.rulebook.provisions.get(name)
        return self.of(found.label) if found else name

    def missing(self, name: str) -> str:
        """Return the name of a missing fact, local rate or discretion."""
        kind, _, rest = name.partition(":")
        if kind == "rate":
            return self.pick("地方标准：", "local rate: ") + self.parameter(rest)
        if kind == "discretion":
            return self.pick("须由有关部门酌定：", "left to discretion: ") + rest
        return self.fact(name)

    # expressions

    def expression(self, expr: Expr) -> str:
        """Return an expression as one reads it aloud."""
        match expr:
            case Const(value):
                return self.value(value)
            case Fact(name):
                return self.fact(name)
            case RowFact(name):
                return name
            case Defined(name):
                return self.definition(name)
            case Clock(name):
                return self.of(_CLOCK[name]) if name in _CLOCK else name
            case Parameter(name):
                return self.parameter(name)
            case And(operands):
                return self.pick("且", " and ").join(self._part(part) for part in operands)
            case Or(operands):
                return self.pick("或", " or ").join(self._part(part) for part in operands)
            case Not(operand):
                return self.pick(
                    f"非（{self.expression(operand)}）", f"not ({self.expression(operand)})"
                )
            case Compare(op, left, right):
                spec = self._spec(left) or self._spec(right)
                return f"{self._side(left, spec)} {_OPS[op]} {self._side(right, spec)}"
            case Among(operand, choices):
                spec = self._spec(operand)
                shown = self.pick("、", ", ").join(self._side(choice, spec) for choice in choices)
                name = self._part(operand)
                return self.pick(f"{name}为{shown}之一", f"{name} is one of {shown}")
            case Arithmetic(op, left, right):
                sign = {"*": "×", "/": "÷"}.get(op, op)
                return f"{self._part(left)} {sign} {self._part(right)}"
            case Call("completed_years" | "nominal_years" as function, _):
                return self.of(_FUNCTIONS[function])
            case Call("in_division", arguments):
                return self._part(arguments[0]) + self.pick("属于本地", " lies in the division")
            case Call(function, arguments):
                name = self.of(_FUNCTIONS[function]) if function in _FUNCTIONS else function
                return f"{name}({', '.join(self.expression(part) for part in arguments)})"
            case Ladder(arms):
                return self.pick(f"按{len(arms)}档", f"one of {len(arms)} arms")
            case Shifted(months, operand):
                inner = self.expression(operand)
                return self.pick(f"{months:+d}个月时的{inner}", f"{inner} {months:+d} months away")
            case Outcome(kind, provision):
                name = self.provision(provision)
                if kind == "granted":
                    return self.pick(f"享有{name}", f"{name} granted")
                return self.pick(f"{name}的金额", f"amount of {name}")
            case Aggregate(kind, rows):
                return f"{self.of(_AGGREGATES[kind])} {self.fact(rows.name)}"
            case Discretion():
                return self.pick("须酌定", "left to discretion")
        return str(expr)

    def _part(self, expr: Expr) -> str:
        text = self.expression(expr)
        if not isinstance(expr, And | Or | Arithmetic):
            return text
        return self.pick(f"（{text}）", f"({text})")

    def _spec(self, expr: Expr) -> FactSpec | None:
        return self.facts.get(expr.name) if isinstance(expr, Fact) else None

    def _side(self, expr: Expr, spec: FactSpec | None) -> str:
        if isinstance(expr, Const):
            return self.value(expr.value, spec)
        return self._part(expr)
