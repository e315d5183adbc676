"""An explanation as sentences that a clerk can read out, and as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from anlao.rules.evaluation.values import Unknown, Void
from anlao.rules.explain import Candidate, Consequence, Explanation, Missing, Seen, Step
from anlao.rules.facts import FactSpec
from anlao.rules.language.tree import NONE
from anlao.rules.periods import Month
from anlao.rules.quantities import format_fen
from anlao.rules.rulebook.fields import NO_LABEL
from anlao.rules.wording import OUTCOMES, Words

_ORDER = ("yes", "unknown", "no", "not_applicable")


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells explanations in one language. ``rate_advice``: how to give a local rate."""

    words: Words
    rate_advice: tuple[str, str] = ("请用 --rates 提供", "give it with --rates")

    def letter(self, subject: str, month: Month, found: Sequence[Explanation]) -> str:
        """Return everything about one subject and month, what is granted first."""
        book = self.words.rulebook
        when = self.words.pick(f"{month.year}年{month.number}月", str(month))
        lines = [f"{subject}  {when}", f"{self.words.of(book.title)}（{book.document}）"]
        if book.status == "draft":
            lines.append(
                self.words.pick(
                    "本规则尚未施行，结果仅为模拟。", "This is a draft: a simulation only."
                )
            )
        lines += [self.summary(found), ""]
        for outcome in _ORDER:
            for item in found:
                if item.decision.outcome == outcome:
                    lines += [*self.paragraph(item), ""]
        return "\n".join(lines).rstrip() + "\n"

    def summary(self, found: Sequence[Explanation]) -> str:
        """Return one sentence for the whole: money, services, what cannot be told."""
        pick = self.words.pick
        money = [
            item.decision
            for item in found
            if item.decision.outcome == "yes"
            and item.decision.unit.startswith("yuan")
            and not item.decision.provision.part_of
        ]
        others = [
            self.words.of(item.decision.provision.label)
            for item in found
            if item.decision.outcome == "yes" and not item.decision.unit.startswith("yuan")
        ]
        unknown = [
            self.words.of(item.decision.provision.label)
            for item in found
            if item.decision.outcome == "unknown"
        ]
        total = format_fen(sum(decision.fen or 0 for decision in money))
        comma, stop = pick("、", ", "), pick("。", ".")
        parts = []
        if money:
            names = comma.join(self.words.of(decision.provision.label) for decision in money)
            parts.append(
                pick(f"本月可以领取{total}元（{names}）", f"This month pays {total} yuan ({names})")
            )
        elif any(item.decision.provision.kind == "cash" for item in found):
            parts.append(pick("本月没有可以领取的钱款", "No money is due this month"))
        if others:
            parts.append(pick("符合：", "Met: ") + comma.join(others))
        if unknown:
            parts.append(pick("暂时无法判定：", "Cannot be told yet: ") + comma.join(unknown))
        if not parts:
            parts.append(pick("没有符合的项目", "Nothing is met"))
        return (stop + pick("", " ")).join(parts) + stop

    def paragraph(self, item: Explanation) -> list[str]:
        """Return the lines about one provision."""
        pick = self.words.pick
        decision = item.decision
        name = self.words.of(decision.provision.label)
        mark = {"yes": "✔", "no": "✘", "unknown": "?", "not_applicable": "–"}[decision.outcome]
        lines = [f"{mark} {name}{pick('：', ': ')}{self.verdict(item)}"]
        for step in item.unmet[:1] if decision.outcome == "yes" else item.unmet:
            lines.append(f"   {pick('没有满足', 'Not met')}{pick('：', ': ')}{self.step(step)}")
            lines += self._parts(step, 2)
        held = [step for step in item.steps if step.held]
        if held and decision.outcome in ("yes", "unknown"):
            lines.append("   " + pick("已经满足：", "Met: "))
            lines += [f"     · {self.step(step)}" for step in held]
        lines += self._amount(item)
        for missing in item.missing:
            lines += self._missing(missing)
        lines.append(f"   {pick('依据：', 'Clause: ')}{decision.provision.clause}")
        return lines

    def verdict(self, item: Explanation) -> str:
        """Return the decision in one sentence."""
        pick, decision = self.words.pick, item.decision
        if decision.outcome == "yes":
            return self._granted(item)
        if decision.outcome == "unknown":
            names = pick("、", ", ").join(self.words.missing(name) for name in decision.missing)
            return pick(f"暂时无法判定，还缺{names}。", f"cannot be told yet; missing: {names}.")
        return self._refused(item)

    def _granted(self, item: Explanation) -> str:
        pick, decision = self.words.pick, item.decision
        if decision.provision.kind == "service":
            return pick("可以享受这项服务。", "this service is due.")
        if decision.fen is None:
            return pick("符合要求。", "the norm is met.")
        amount = self.words.money(decision.fen, decision.unit)
        if decision.provision.kind == "standard":
            return pick(f"符合要求（应达到{amount}）。", f"the norm is met ({amount} required).")
        if decision.provision.part_of:
            return pick(
                f"符合，{amount}，并入合计项目发放，不另付。",
                f"met, {amount}; paid within the combined item, not on its own.",
            )
        return pick(f"可以领取，{amount}。", f"due, {amount}.")

    def _refused(self, item: Explanation) -> str:
        pick, decision = self.words.pick, item.decision
        reason = decision.reason
        if decision.provision.kind == "standard" and decision.fen is not None:
            amount = self.words.money(decision.fen, decision.unit)
            return pick(
                f"未达到要求（应达到{amount}）。", f"the norm is not met ({amount} required)."
            )
        if item.decisive is not None and (reason.startswith("not_met") or ":" in reason):
            label = self.label(item.decisive)
            opening = self._opening(item)
            return pick(
                f"{opening}，因为没有满足“{label}”。", f"{opening}: “{label}” does not hold."
            )
        fixed = {
            "not_in_force": pick(
                "不适用，本月没有施行中的规定或标准。", "nothing is in force this month."
            ),
            "outside_division": pick("不适用，登记地不在本地。", "registered elsewhere."),
            "not_registered_yet": pick(
                "不能享受，本月第一天户籍还没有迁入。", "not due: not registered here by the first."
            ),
            "deceased": pick("不能享受，已经去世。", "not due: deceased."),
            "not_due": pick("本月不发放，还没有到发放月份。", "not due in this month."),
            "amount_zero": pick("算下来金额为零。", "the amount comes to zero."),
            "division_by_zero": pick("金额无法计算（除数为零）。", "the amount divides by zero."),
        }
        if reason in fixed:
            return fixed[reason]
        if reason.startswith("lower_than:"):
            other = self.words.provision(reason.partition(":")[2])
            return pick(f"不发放，因为“{other}”金额更高。", f"not paid: “{other}” is higher.")
        return self.words.of(OUTCOMES[decision.outcome]) + pick("。", ".")

    def _opening(self, item: Explanation) -> str:
        pick = self.words.pick
        if item.decision.outcome == "not_applicable":
            return pick("不适用", "not applicable")
        if item.decision.provision.kind == "standard":
            return pick("未达到要求", "not met")
        return pick("不能享受", "not due")

    def step(self, step: Step) -> str:
        """Return a condition with the values it looked at."""
        seen = [self.seen(item) for item in step.seen if self._told(item)]
        label = self.label(step)
        if not seen:
            return label
        shown = self.words.pick("；", "; ").join(seen)
        return self.words.pick(f"{label}（{shown}）", f"{label} ({shown})")

    def seen(self, seen: Seen) -> str:
        """Return a fact or figure with its value."""
        if seen.kind == "fact":
            name = self.words.fact(seen.name)
        elif seen.kind == "figure":
            name = self.words.parameter(seen.name)
        else:
            name = self.words.expression(seen.expr)
        value = self.words.value(
            seen.value, seen.spec, seen.unit or (seen.spec.unit if seen.spec else "")
        )
        return f"{name}{self.words.pick('：', ': ')}{value}"

    def _told(self, seen: Seen) -> bool:
        """Settings are for those who keep the rulebook; they stay in the data."""
        if seen.kind == "definition":
            return False
        return seen.kind != "figure" or not self.words.rulebook.parameters[seen.name].setting

    def label(self, step: Step) -> str:
        """Return what a condition is called."""
        return (
            self.words.of(step.label)
            if step.label != NO_LABEL
            else self.words.expression(step.test)
        )

    def _parts(self, step: Step, depth: int) -> list[str]:
        lines = []
        marks = {True: "✔", False: "✘", None: "?"}
        for part in step.parts:
            lines.append(f"{'   ' * depth}{marks[part.held]} {self.step(part)}")
            lines += self._parts(part, depth + 1)
        return lines

    def _amount(self, item: Explanation) -> list[str]:
        pick = self.words.pick
        lines = []
        figures = [seen for seen in item.amount_seen if self._told(seen)]
        if figures and item.decision.outcome != "not_applicable":
            shown = pick("；", "; ").join(self.seen(seen) for seen in figures)
            lines.append(f"   {pick('金额按：', 'Amount by: ')}{shown}")
        if item.arm:
            lines.append(f"   {pick('适用档次：', 'Arm: ')}{item.arm}")
        if item.funding:
            shares = pick("，", ", ").join(
                f"{level} {format_fen(fen)}" for level, fen in item.funding
            )
            lines.append(f"   {pick('资金分担（元）：', 'Funded by (yuan): ')}{shares}")
        return lines

    def _missing(self, missing: Missing) -> list[str]:
        pick = self.words.pick
        name = self.words.missing(missing.name)
        if not missing.consequences:
            advice = {
                "rate": pick(*self.rate_advice),
                "discretion": pick("由有关部门决定", "somebody must decide"),
            }.get(missing.name.partition(":")[0], pick("请补充", "find it out"))
            return [f"   {pick('还缺', 'Missing')} {name}{pick('：', ': ')}{advice}"]
        lines = [f"   {pick('还缺', 'Missing')} {name}{pick('：', ': ')}"]
        for consequence in missing.consequences:
            lines.append(f"     · {self.consequence(consequence, missing.spec)}")
        return lines

    def consequence(self, consequence: Consequence, spec: FactSpec | None) -> str:
        """Return what would follow, were the missing fact one of these values."""
        pick, decision = self.words.pick, consequence.decision
        values = pick("、", ", ").join(
            self.candidate(item, spec) for item in _merged(consequence.candidates)
        )
        result = self.words.of(OUTCOMES[decision.outcome])
        if decision.outcome == "yes" and decision.fen is not None:
            result += pick("，", ", ") + self.words.money(decision.fen, decision.unit)
        if decision.outcome == "unknown":
            names = pick("、", ", ").join(self.words.missing(name) for name in decision.missing)
            result = pick(f"还要看{names}", f"then it depends on {names}")
        return pick(f"若为{values}：{result}", f"if {values}: {result}")

    def candidate(self, candidate: Candidate, spec: FactSpec | None) -> str:
        pick = self.words.pick
        if candidate.inside is not None:
            if candidate.inside:
                return pick(f"{candidate.inside} 之内", f"within {candidate.inside}")
            return pick("其他地方", "elsewhere")
        if not candidate.ranged:
            return self.words.value(candidate.value, spec)
        low, high = candidate.low, candidate.high
        if low is None and high is None:
            return pick("任何值", "anything")
        if low is None:
            shown = self.words.value(high, spec)
            return pick(
                f"{shown}及以前" if isinstance(high, date) else f"{shown}及以下", f"up to {shown}"
            )
        shown = self.words.value(low, spec)
        if high is None:
            return pick(
                f"{shown}及以后" if isinstance(low, date) else f"{shown}及以上", f"from {shown}"
            )
        upper = self.words.value(high, spec)
        return pick(f"{shown}至{upper}", f"{shown} to {upper}")


def _merged(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Join ranges that follow one another."""
    merged: list[Candidate] = []
    for item in candidates:
        last = merged[-1] if merged else None
        if item.ranged and last is not None and last.ranged and _follows(last.high, item.low):
            merged[-1] = Candidate(last.value, last.low, item.high, ranged=True)
        else:
            merged.append(item)
    return merged


def _follows(high: Any, low: Any) -> bool:
    if high is None or low is None:
        return False
    if isinstance(high, date):
        return bool((low - high).days == 1)
    return bool(0 <= low - high <= 1)


# plain data


def as_data(item: Explanation, teller: Teller) -> dict[str, Any]:
    """Return an explanation as what JSON can hold."""
    decision = item.decision
    provision = decision.provision
    return {
        "provision": provision.id,
        "name": {"zh": provision.label.zh, "en": provision.label.en},
        "kind": provision.kind,
        "outcome": decision.outcome,
        "amount": None if decision.fen is None else format_fen(decision.fen),
        "unit": decision.unit,
        "reason": decision.reason,
        "missing": list(decision.missing),
        "clause": {"document": provision.clause.document, "article": provision.clause.article},
        "sentence": teller.verdict(item),
        "decided_by": _step_data(item.decisive, teller) if item.decisive else None,
        "conditions": [_step_data(step, teller) for step in item.steps],
        "not_met": [step.reason.partition(":")[2] or step.reason for step in item.unmet],
        "arm": item.arm,
        "amount_looks_at": [_seen_data(seen) for seen in item.amount_seen],
        "funding": [{"level": level, "amount": format_fen(fen)} for level, fen in item.funding],
        "would_change": [_missing_data(missing, teller) for missing in item.missing],
        "summary": {"zh": provision.summary.zh, "en": provision.summary.en},
        "evidence": [{"zh": label.zh, "en": label.en} for label in provision.evidence],
    }


def _step_data(step: Step, teller: Teller) -> dict[str, Any]:
    return {
        "id": step.reason.partition(":")[2] or step.reason,
        "reason": step.reason,
        "held": step.held,
        "text": teller.step(step),
        "looks_at": [_seen_data(seen) for seen in step.seen],
        "parts": [_step_data(part, teller) for part in step.parts],
    }


def _seen_data(seen: Seen) -> dict[str, Any]:
    return {"kind": seen.kind, "name": seen.name, "value": plain(seen.value)}


def _missing_data(missing: Missing, teller: Teller) -> dict[str, Any]:
    return {
        "fact": missing.name,
        "name": teller.words.missing(missing.name),
        "if": [
            {
                "values": [
                    teller.candidate(item, missing.spec) for item in _merged(found.candidates)
                ],
                "outcome": found.decision.outcome,
                "amount": None if found.decision.fen is None else format_fen(found.decision.fen),
                "missing": list(found.decision.missing),
            }
            for found in missing.consequences
        ],
    }


def plain(value: Any) -> Any:
    """Return a value as JSON has it: exact numbers as text, days as text, unknown as null."""
    if value is None or value is NONE or isinstance(value, Unknown | Void):
        return "none" if value is NONE else None
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [{key: plain(cell) for key, cell in row.items()} for row in value]
    return value
