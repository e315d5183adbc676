"""What an act on a case asks for; whether it may be is the operations' business."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from anlao.office.cases import states
from anlao.office.cases.models import PAUSES, Case
from anlao.office.cases.verifying import KINDS
from anlao.office.interfaces.web.templatetags.words.cases import CASE_PAUSES
from anlao.office.organisations import roles

_SHORT, _LONG = 200, 400


@dataclass(frozen=True, slots=True)
class Asked:
    """A field. ``kind``: text, long, day or choice; ``choices``: value and words."""

    name: str
    zh: str
    en: str
    kind: str = "text"
    choices: Sequence[tuple[str, str, str]] = ()
    value: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """An act on the page of a case. ``folded``: not the next thing to do."""

    act: str
    role: str
    before: tuple[str, ...]
    zh: str
    en: str
    fields: tuple[Asked, ...] = ()
    folded: bool = False
    hint: tuple[str, str] = ("", "")


_REASON = Asked("reason", "理由", "Reason")
_YES_NO = (("no", "异议不成立", "it is not right"), ("yes", "异议成立", "it is right"))
_TAKE, _VERIFY, _DECIDE = roles.TAKE_CASE, roles.VERIFY_CASE, roles.APPROVE


def boxes(
    case: Case, *, today: date, next_month: date, papers: Sequence[tuple[str, str]]
) -> list[Box]:
    """Return what can be done with a case in its state, the next thing first."""
    found = _all(case, today.isoformat(), next_month.isoformat(), papers)
    skipped = set()
    if case.state == states.VERIFYING:
        skipped.add("pass_on" if case.path["notice_days"] else "post")
    if not papers:
        skipped.add("show")
    return [box for box in found if case.state in box.before and box.act not in skipped]


def _all(
    case: Case, today: str, next_month: str, papers: Sequence[tuple[str, str]]
) -> tuple[Box, ...]:
    moves = states.MOVES
    asked = (states.ASKED, states.RETURNED)
    which = tuple((zh, zh, en) for zh, en in papers)
    visit = "site_visit" if case.elder is None else "household_visit"
    checks = tuple((value, *KINDS[value]) for value in ("data_match", visit))
    pauses = tuple((value, *CASE_PAUSES[value]) for value in PAUSES)
    agrees = (
        ("yes", "情况属实", "it bears the application out"),
        ("no", "与申请不符", "it does not"),
    )
    who = Asked("who", "异议人", "Who objects")
    text = Asked("text", "内容", "What is said", "long")
    answer = (
        Asked("is_upheld", "结论", "Finding", "choice", _YES_NO),
        Asked("text", "调查结果和答复", "What was found and answered", "long"),
    )
    return (
        Box(
            "confirm",
            _TAKE,
            moves["confirm"].before,
            "登记本人确认",
            "Record her word",
            (Asked("how", "谁、以何种方式确认", "Who agreed, and how"),),
        ),
        Box(
            "show",
            _TAKE,
            asked,
            "登记已出示的材料",
            "Record a paper that was shown",
            (
                Asked("paper", "材料", "Paper", "choice", which),
                Asked("what", "名称、编号", "Which, and its number"),
            ),
        ),
        Box(
            "supply",
            _TAKE,
            (states.RETURNED,),
            "登记已补正",
            "What was lacking has come",
            (_REASON,),
        ),
        Box("complete", _VERIFY, (states.ASKED,), "材料齐全，受理", "All papers are there: accept"),
        Box(
            "ask_more",
            _VERIFY,
            (states.ASKED,),
            "一次性告知补正",
            "Ask for what is lacking",
            (_REASON,),
            folded=True,
        ),
        Box(
            "check",
            _VERIFY,
            (states.VERIFYING,),
            "登记核实",
            "Record a verification",
            (
                Asked("kind", "方式", "How", "choice", checks),
                Asked("on", "日期", "Day", "day", value=today),
                Asked("agrees", "结论", "Finding", "choice", agrees),
                Asked("text", "核实情况", "What was found", "long"),
            ),
        ),
        Box(
            "post",
            _VERIFY,
            (states.VERIFYING,),
            "张贴公示",
            "Put it on public notice",
            (
                Asked("place", "公示地点", "Where"),
                Asked("first", "起始日期", "From", "day", value=today),
            ),
        ),
        Box(
            "object_to_notice",
            _TAKE,
            (states.NOTICE,),
            "登记公示异议",
            "Record an objection to the notice",
            (who, text),
            folded=True,
        ),
        Box("answer", _VERIFY, (states.NOTICE,), "答复公示异议", "Answer it", answer, folded=True),
        Box(
            "pass_on",
            _VERIFY,
            moves["pass_on"].before,
            "报县级审批",
            "Hand it to the approver",
        ),
        Box(
            "approve",
            _DECIDE,
            (states.APPROVAL,),
            "批准",
            "Approve",
            hint=(
                "批准后待遇开始；所依据的事实、规则和理由随决定保存。",
                "The benefit opens; facts, rules and reasons are kept with the decision.",
            ),
        ),
        Box("reject", _DECIDE, (states.APPROVAL,), "不予批准", "Refuse", (_REASON,), folded=True),
        Box(
            "send_back",
            _DECIDE,
            (states.APPROVAL,),
            "退回重新核实",
            "Return it to be verified anew",
            (_REASON,),
            folded=True,
        ),
        Box(
            "object",
            _TAKE,
            (states.REJECTED,),
            "登记对决定的异议",
            "Record an objection to the refusal",
            (who, text),
        ),
        Box(
            "review",
            _DECIDE,
            (states.REVIEW,),
            "复核异议",
            "Review the objection",
            answer,
            hint=("由作出决定以外的人复核。", "By another than who refused it."),
        ),
        Box(
            "suspend",
            _DECIDE,
            (states.OPEN,),
            "暂停发放",
            "Suspend the benefit",
            (
                Asked("kind", "原因", "Why", "choice", pauses),
                Asked("from_day", "从哪天起停发", "From", "day", value=next_month),
                _REASON,
            ),
            folded=True,
        ),
        Box(
            "resume",
            _DECIDE,
            (states.SUSPENDED,),
            "恢复发放",
            "Let it go on",
            (
                Asked(
                    "from_day",
                    "从哪天起恢复（早于今天即补发）",
                    "From (before today: back-pay)",
                    "day",
                ),
                _REASON,
            ),
        ),
        Box(
            "terminate",
            _DECIDE,
            moves["terminate"].before,
            "终止待遇",
            "End the benefit",
            (Asked("from_day", "从哪天起终止", "From", "day", value=next_month), _REASON),
            folded=True,
        ),
        Box(
            "withdraw",
            _TAKE,
            moves["withdraw"].before,
            "撤回申请",
            "Withdraw the application",
            (_REASON,),
            folded=True,
        ),
    )


class ActForm(forms.Form):
    """The form of a box."""

    def __init__(self, data: QueryDict | None, *, box: Box) -> None:
        super().__init__(data)
        for asked in box.fields:
            self.fields[asked.name] = _field(asked)

    @property
    def given(self) -> dict[str, Any]:
        """Return what was typed, with yes and no as truth."""
        return {
            name: value == "yes" if name in ("agrees", "is_upheld") else value
            for name, value in self.cleaned_data.items()
        }


def _field(asked: Asked) -> forms.Field:
    match asked.kind:
        case "day":
            return forms.DateField()
        case "choice":
            return forms.ChoiceField(choices=[(value, zh) for value, zh, _ in asked.choices])
        case kind:
            return forms.CharField(min_length=2, max_length=_LONG if kind == "long" else _SHORT)
