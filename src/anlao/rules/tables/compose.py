"""Provision -> diagram of verdicts: the steps of a decision in their fixed order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from anlao.rules.evaluation.context import Context
from anlao.rules.evaluation.values import Unknown, Void
from anlao.rules.facts import FactSpec
from anlao.rules.language.tree import (
    NONE,
    Call,
    Clock,
    Compare,
    Const,
    Expr,
    Fact,
    Ladder,
    Or,
    Outcome,
    Parameter,
)
from anlao.rules.rulebook.load import in_force
from anlao.rules.rulebook.model import Condition, Provision, is_number
from anlao.rules.tables.diagram import Diagram
from anlao.rules.tables.symbolic import Symbolic, arithmetic_on, parts_of
from anlao.rules.tables.variables import Questions
from anlao.rules.tables.verdict import Verdict

NOT_IN_FORCE = Verdict("not_applicable", "not_in_force")
OUTSIDE = Verdict("not_applicable", "outside_division")


class Composer:
    """Composes the diagrams of one rulebook's provisions for one subject kind in one month."""

    def __init__(
        self, base: Context, subject: str, questions: Questions, *, months_open: bool = False
    ) -> None:
        self.base = base
        self.rulebook = base.rulebook
        self.facts: dict[str, FactSpec] = dict(self.rulebook.subjects[subject].facts)
        self.symbolic = Symbolic(
            self.facts, questions, self._outcome, base, months_open=months_open
        )
        self.in_force: dict[tuple[str, int], bool] = {}
        self.diagrams = questions.diagrams
        self._own: dict[tuple[str, int], Diagram] = {}
        self._pending: list[Provision] = []

    def provision(self, provision: Provision, context: Context) -> Diagram:
        """Return the diagram of final verdicts, group combination included."""
        own = self.own(provision, context)
        if provision.group_rule == "stack":
            return own
        for rival in self._rivals(provision):
            other = self.own(rival, context)
            own = self.diagrams.both(own, other, partial(self._against, provision, rival, context))
        return own

    def survey(self, provisions: Sequence[Provision], context: Context) -> None:
        """Ask every question of these provisions once, without putting the answers together."""
        self.symbolic.outcome_of = self._surveyed
        pending = list(provisions)
        self._pending = pending
        seen: set[str] = set()
        for provision in pending:
            if provision.id in seen:
                continue
            seen.add(provision.id)
            if provision.group_rule != "stack":
                pending.extend(self._rivals(provision))
            first, last = provision.payment.sums or (0, 0)
            for months in range(first, last + 1):
                self._survey_one(provision, context.at(months, provision.starts))

    def _survey_one(self, provision: Provision, context: Context) -> None:
        for test, _ in steps_of(provision, self.facts, provision.payment.due):
            self.symbolic.condition(test, context)
        for part in (provision.amount, provision.required, provision.found):
            if part is not None:
                self._survey_amount(part, context)
        if provision.required is not None and provision.found is not None:
            op = ">=" if provision.comparison == "at_least" else "<="
            self.symbolic.diagram(Compare(op, provision.found, provision.required), context)  # type: ignore[arg-type]

    def _survey_amount(self, amount: Expr, context: Context) -> None:
        if not isinstance(amount, Ladder):
            self.symbolic.diagram(amount, context)
            return
        for arm in amount.arms:
            if arm.condition is not None:
                self.symbolic.diagram(arm.condition, context)
            self._survey_amount(arm.value, context)

    def _surveyed(self, outcome: Outcome, _: Context) -> Diagram:
        self._pending.append(self.rulebook.provisions[outcome.provision])
        return self.diagrams.leaf(False if outcome.kind == "granted" else 0)

    def own(self, provision: Provision, context: Context) -> Diagram:
        """Return the diagram of a provision's own verdicts, before group combination."""
        key = (provision.id, context.shift)
        if key not in self._own:
            self._own[key] = self._decided(provision, context.at(0, provision.starts))
        return self._own[key]

    def without_due(self, provision: Provision, context: Context) -> Diagram:
        """Return the diagram of a provision's verdicts as if it fell due in this month."""
        return self._in_month(provision, context, due=None)

    def eligible(self, provision: Provision, context: Context) -> Diagram:
        """Return the diagram of whether all steps before the amount are passed."""
        result = self.symbolic.true
        for test, _ in reversed(steps_of(provision, self.facts, None)):
            held = self.symbolic.diagram(test, context)
            result = self.symbolic.all_of([held, result])
        return result

    def arms(self, ladder: Ladder, eligible: Diagram, context: Context) -> list[Diagram]:
        """Return for each arm the diagram of whether it is the one that fits."""
        found = []
        left = eligible
        for arm in ladder.arms:
            if arm.condition is None:
                found.append(left)
                continue
            test = self.symbolic.diagram(arm.condition, context)
            found.append(self.symbolic.all_of([left, test]))
            left = self.symbolic.all_of([left, self.symbolic.opposite(test)])
        return found

    def overlaps(
        self, ladder: Ladder, eligible: Diagram, context: Context
    ) -> list[tuple[str, str, Diagram]]:
        """Return for each pair of arms the diagram of whether both fit."""
        tests = [
            (arm.id or str(number), self.symbolic.diagram(arm.condition, context))
            for number, arm in enumerate(ladder.arms, 1)
            if arm.condition is not None
        ]
        return [
            (first, second, self.symbolic.all_of([eligible, one, other]))
            for index, (first, one) in enumerate(tests)
            for second, other in tests[index + 1 :]
        ]

    # combination with others

    def _rivals(self, provision: Provision) -> list[Provision]:
        members = [
            item
            for item in self.rulebook.of_subject(provision.subject)
            if item.group == provision.group and item.group_rule != "stack"
        ]
        if provision.group_rule == "first":
            return members[: members.index(provision)]
        return [item for item in members if item is not provision]

    def _against(
        self, provision: Provision, rival: Provision, context: Context, own: Verdict, other: Verdict
    ) -> Diagram:
        if own.outcome != "yes" or other.outcome in ("no", "not_applicable"):
            return self.leaf(own)
        loses = Verdict("no", f"lower_than:{rival.id}", step=own.step + 1)
        if other.outcome == "unknown":
            return self.leaf(replace(other, step=own.step + 1))
        if provision.group_rule == "first":
            return self.leaf(loses)
        order = list(self.rulebook.provisions)
        op = ">=" if order.index(rival.id) < order.index(provision.id) else ">"
        test = self.symbolic.compared_values(op, other.amount, own.amount, context)
        return self.diagrams.bind(test, lambda value: self.leaf(loses if value is True else own))

    def _outcome(self, outcome: Outcome, context: Context) -> Diagram:
        provision = self.rulebook.provisions[outcome.provision]
        own = self.own(provision, context.at(0, "month_of"))
        granted = outcome.kind == "granted"

        def value(verdict: Verdict) -> Diagram:
            if verdict.outcome == "unknown":
                return self.leaf(Unknown(verdict.missing))
            if granted:
                return self.leaf(verdict.outcome == "yes")
            return self.leaf(verdict.amount if verdict.outcome == "yes" else 0)

        return self.diagrams.bind(own, value)

    # the steps, last first

    def _decided(self, provision: Provision, context: Context) -> Diagram:
        if provision.payment.sums is None:
            return self._in_month(provision, context, due=provision.payment.due)
        return self._summed(provision, context)

    def _in_month(self, provision: Provision, context: Context, due: Expr | None) -> Diagram:
        if not self._holds(provision, context):
            return self.leaf(NOT_IN_FORCE)
        steps = steps_of(provision, self.facts, due)
        result = self._amount(provision, context, len(steps))
        for number in range(len(steps) - 1, -1, -1):
            test, failed = steps[number]
            test_diagram = self.symbolic.condition(test, context)
            refused = replace(failed, step=number)
            result = self.diagrams.bind(test_diagram, partial(self._step, result, refused))
        if provision.kind == "standard" and provision.required is not None:
            required = self.symbolic.diagram(provision.required, context)
            result = self.diagrams.both(result, required, partial(self._required, provision))
        return result

    def _required(self, provision: Provision, verdict: Verdict, required: Any) -> Diagram:
        """A norm that is not met says what it requires, whatever it was that failed."""
        known = not isinstance(required, Unknown | Void) and required is not NONE
        if verdict.outcome == "no" and verdict.amount is None and known:
            amount = self.symbolic.folded(required)
            return self.leaf(replace(verdict, amount=amount, unit=provision.unit))
        return self.leaf(verdict)

    def _holds(self, provision: Provision, context: Context) -> bool:
        held = is_in_force(provision, context)
        self.in_force[(provision.id, context.shift)] = held
        return held

    def _step(self, rest: Diagram, refused: Verdict, held: Any) -> Diagram:
        if held is True:
            return rest
        if isinstance(held, Void):
            return self.leaf(replace(_void(held), step=refused.step))
        if isinstance(held, Unknown):
            return self.diagrams.bind(rest, partial(self._doubted, held, refused))
        return self.leaf(refused)

    def _doubted(self, held: Unknown, refused: Verdict, verdict: Verdict) -> Diagram:
        """A condition that lacks a rate: the result stands only if it is a refusal anyway."""
        if verdict.outcome in ("no", "not_applicable") and refused.outcome != "not_applicable":
            return self.leaf(verdict)
        missing = held.missing | verdict.missing
        return self.leaf(
            Verdict("unknown", reason_for(missing), step=refused.step, missing=missing)
        )

    # amounts

    def _amount(self, provision: Provision, context: Context, step: int) -> Diagram:
        if provision.kind == "service":
            return self.leaf(Verdict("yes", "met", unit="service", step=step))
        if provision.kind == "standard":
            return self._standard(provision, context, step)
        return self._cash(
            provision, provision.amount or Const(NONE), context, step, "met", provision.unit
        )

    def _cash(
        self,
        provision: Provision,
        amount: Expr,
        context: Context,
        step: int,
        reason: str,
        unit: str,
    ) -> Diagram:
        if isinstance(amount, Ladder):
            return self._ladder(provision, amount, context, step, reason, unit)
        if reason == "met" and pays_floor(amount, context):
            reason = "floor_used"
        finish = partial(self._finished, unit=unit, reason=reason, step=step)
        return self.diagrams.bind(self.symbolic.diagram(amount, context), finish)

    def _ladder(
        self,
        provision: Provision,
        ladder: Ladder,
        context: Context,
        step: int,
        reason: str,
        unit: str,
    ) -> Diagram:
        found = self.leaf(Verdict("no", "not_met:amount", step=step))
        for arm in reversed(ladder.arms):
            arm_reason = f"met:{arm.id}" if arm.id else reason
            arm_unit = arm.unit or unit
            value = self._cash(provision, arm.value, context, step, arm_reason, arm_unit)
            if arm.condition is None:
                found = value
            else:
                test = self.symbolic.diagram(arm.condition, context)
                found = self.diagrams.bind(test, partial(self._arm, value, found, step))
        return found

    def _arm(self, value: Diagram, rest: Diagram, step: int, held: Any) -> Diagram:
        if held is True:
            return value
        if isinstance(held, Void):
            return self.leaf(replace(_void(held), step=step))
        if isinstance(held, Unknown):
            return self.diagrams.both(value, rest, partial(self._either, held, step))
        return rest

    def _either(self, held: Unknown, step: int, a: Verdict, b: Verdict) -> Diagram:
        if a == b:
            return self.leaf(a)
        missing = held.missing | a.missing | b.missing
        return self.leaf(Verdict("unknown", reason_for(missing), step=step, missing=missing))

    def _finished(self, amount: Any, *, unit: str, reason: str, step: int) -> Diagram:
        amount = self.symbolic.folded(amount)
        if isinstance(amount, Unknown):
            missing = amount.missing
            return self.leaf(Verdict("unknown", reason_for(missing), step=step, missing=missing))
        if isinstance(amount, Void):
            return self.leaf(replace(_void(amount), step=step))
        if amount is NONE:
            arm = reason.removeprefix("met:")
            name = arm if reason.startswith("met:") else "amount"
            return self.leaf(Verdict("no", f"not_met:{name}", step=step))
        if is_number(amount) and amount <= 0:
            return self.leaf(Verdict("no", "amount_zero", step=step))
        return self.leaf(Verdict("yes", reason, amount, unit, step))

    def _standard(self, provision: Provision, context: Context, step: int) -> Diagram:
        """A norm: the quantity required, met or not by the quantity found and the conditions."""
        if provision.required is None:
            return self.leaf(Verdict("yes", "met", unit=provision.unit, step=step))
        required = self.symbolic.diagram(provision.required, context)
        op = ">=" if provision.comparison == "at_least" else "<="
        met: Diagram = self.leaf(True)
        if provision.found is not None:
            found = self.symbolic.diagram(provision.found, context)
            met = self.symbolic.compared(op, found, required, context)
        return self.diagrams.both(
            required, met, partial(self._measured, unit=provision.unit, step=step)
        )

    def _measured(self, required: Any, met: Any, *, unit: str, step: int) -> Diagram:
        required = self.symbolic.folded(required)
        for value in (required, met):
            if isinstance(value, Unknown):
                missing = value.missing
                return self.leaf(
                    Verdict("unknown", reason_for(missing), step=step, missing=missing)
                )
            if isinstance(value, Void):
                return self.leaf(replace(_void(value), step=step))
        amount = None if required is NONE else required
        if met is True:
            return self.leaf(Verdict("yes", "met", amount, unit, step))
        return self.leaf(Verdict("no", "not_met:quantity", amount, unit, step))

    # sums of months

    def _summed(self, provision: Provision, context: Context) -> Diagram:
        """Arrears and advances: the amounts of several months, paid in the due month."""
        first, last = provision.payment.sums or (0, 0)
        total: Diagram | None = None
        for months in range(first, last + 1):
            month = self._in_month(provision, context.at(months), due=None)
            total = month if total is None else self.diagrams.both(total, month, self._plus)
        assert total is not None
        due = provision.payment.due
        if due is None:
            return total
        refused = Verdict("no", "not_due", step=99)
        test = self.symbolic.condition(due, context)
        return self.diagrams.bind(test, partial(self._step, total, refused))

    def _plus(self, a: Verdict, b: Verdict) -> Diagram:
        if a.outcome == "unknown" or b.outcome == "unknown":
            missing = a.missing | b.missing
            return self.leaf(Verdict("unknown", reason_for(missing), step=99, missing=missing))
        if a.outcome == "yes" and b.outcome == "yes":
            return self.leaf(replace(b, amount=arithmetic_on("+", a.amount, b.amount)))
        if a.outcome == "yes":
            return self.leaf(a)
        return self.leaf(b if b.outcome != "not_applicable" else a if a.outcome == "no" else b)

    def leaf(self, value: Any) -> Diagram:
        return self.diagrams.leaf(value)


def is_in_force(provision: Provision, context: Context) -> bool:
    """Return whether a provision holds in a month, as the rules were known on ``rules_as_of``."""
    as_of, published = context.rules_as_of, provision.published
    seen = as_of is None or published is None or published <= as_of
    return seen and in_force(provision.start, provision.until, context.month.first_day)


def steps_of(
    provision: Provision, facts: dict[str, FactSpec], due: Expr | None
) -> list[tuple[Expr, Verdict]]:
    """Return (test, verdict if it fails) in the order of decision."""
    steps: list[tuple[Expr, Verdict]] = []
    if provision.registration is not None:
        steps.append((Call("in_division", (Fact(provision.registration),)), OUTSIDE))
    for condition in provision.applies_when:
        reason = f"not_applicable:{condition.id}"
        steps.append((condition.test, Verdict("not_applicable", reason)))
    if provision.registration == "hukou" and "hukou_since" in facts:
        since = Fact("hukou_since")
        arrived = Or((Compare("==", since, Const(NONE)), Compare("<=", since, Clock("first_day"))))
        steps.append((arrived, Verdict("no", "not_registered_yet")))
    if provision.ends != "never" and "death_date" in facts:
        steps.append((_alive(provision), Verdict("no", "deceased")))
    for condition in provision.conditions:
        steps.append((condition.test, _refusal(condition)))
    if due is not None:
        steps.append((due, Verdict("no", "not_due")))
    return steps


def _alive(provision: Provision) -> Expr:
    died, op = Fact("death_date"), ">="
    day = Clock("first_day")
    if provision.ends == "month_before_death":
        op, day = ">", Clock("last_day")
    return Or((Compare("==", died, Const(NONE)), Compare(op, died, day)))  # type: ignore[arg-type]


def _refusal(condition: Condition) -> Verdict:
    return Verdict("no", f"not_met:{condition.id}")


def _void(void: Void) -> Verdict:
    if void.reason == "not_in_force":
        return NOT_IN_FORCE
    return Verdict("no", void.reason)


def reason_for(missing: frozenset[str]) -> str:
    """Return the reason code of an unknown result."""
    if missing and all(name.startswith("rate:") for name in missing):
        return "missing_rate"
    if missing and all(name.startswith("discretion:") for name in missing):
        return "discretion"
    return "missing_facts"


def pays_floor(amount: Expr, context: Context) -> bool:
    """Return whether an amount is a floor for want of a local rate that could be higher."""
    parts = parts_of(amount, context)
    loaded = any(
        isinstance(part, Call) and part.function == "has_rate" and _is_loaded(part, context)
        for part in parts
    )
    names = [part.name for part in parts if isinstance(part, Parameter)]
    return not loaded and any(context.uses_floor(name) for name in names)


def _is_loaded(call: Call, context: Context) -> bool:
    name = call.arguments[0]
    return isinstance(name, Const) and context.call("has_rate", (name.value,)) is True
