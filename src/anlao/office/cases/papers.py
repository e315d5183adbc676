"""The papers of a case: application, notice to the elder, decision with all it rested on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from anlao.office.benefits.holders import ELDER
from anlao.office.benefits.provisions import MONTHLY, Rule
from anlao.office.cases import states
from anlao.office.cases.deciding import latest
from anlao.office.cases.models import Case, Ruling, Shown
from anlao.office.cases.terms import terms_of
from anlao.office.registry.operations import COUNTY_DIGITS
from anlao.office.shared.typeset import Paper, Section
from anlao.places import divisions

Say = Callable[[str, str], str]
DECIDED = (states.OPEN, states.SUSPENDED, states.TERMINATED, states.REJECTED, states.REVIEW)


def application(case: Case, language: str) -> Paper:
    """Return the application as it was recorded, for the elder or her agent to sign."""
    say = _say(language)
    rule = case.holder.rule(case.provision)
    shown = {row.zh: row.note for row in Shown.objects.filter(case=case).order_by("pk")}
    agent = f"{case.agent_name}（{case.agent_relation}）" if case.agent_name else say("无", "none")
    asked_of = _elder_fields(say) if case.elder else _file_fields(say)
    filled = [case.holder.name, case.holder.shown]
    if case.elder:
        filled.append(case.elder.birth_date.isoformat() if case.elder.birth_date else "")
    filled += [divisions.name_path(case.division_code), agent]
    about = list(zip(asked_of, filled, strict=True))
    return _application(say, language, rule, case.number, about, shown, case.division_code)


def blank(division: str, rule: Rule, language: str, kind: str = ELDER) -> Paper:
    """Return an empty application for a provision, to be filled in by hand.

    ``kind``: who or what applies for it.
    """
    say = _say(language)
    asked_of = _elder_fields(say) if kind == ELDER else _file_fields(say)
    about = [(label, "") for label in (*asked_of, say("联系电话", "Telephone"))]
    return _application(say, language, rule, "", about, {}, division)


def notice(case: Case, language: str) -> Paper:
    """Return the letter that tells the elder of a decision. Raises Ruling.DoesNotExist."""
    say, ruling = _say(language), latest(case)
    name = _name(case, language)
    if ruling.outcome == "approved":
        title, body = say("待遇核准通知书", "Notice of approval"), _granted(say, ruling, name)
        sections: list[Section] = []
    else:
        title, body = say("不予批准通知书", "Notice of refusal"), _refused(say, ruling, name)
        sections = [Section(say("您的权利", "Your rights"), lines=_remedies(say, case))]
    return Paper(
        language,
        title,
        case.number,
        _office(case.division_code),
        say(f"{case.holder.name}：", f"{case.holder.name}:"),
        body,
        sections,
        _office(case.division_code),
        say(_day(ruling.day), ruling.day.isoformat()),
        say(f"决定摘要 {ruling.digest[:16]}", f"Digest of the decision {ruling.digest[:16]}"),
    )


def decision(case: Case, language: str) -> Paper:
    """Return a decision with facts, rulebook and reasons as they were. Raises DoesNotExist."""
    say, ruling = _say(language), latest(case)
    kept: dict[str, Any] = ruling.frozen
    told = kept[language]
    is_zh = language == "zh"
    granted = ruling.outcome == "approved"
    facts = [
        (fact[language], fact[f"shown_{language}"], fact["source"] or "—") for fact in kept["facts"]
    ]
    about = [
        (say("申请人", "Applicant"), f"{case.holder.name}  {case.holder.shown}"),
        (say("户籍（档案）所在地", "Place"), divisions.name_path(case.division_code)),
        (say("事项", "Provision"), told["provision"]),
        (
            say("决定", "Decision"),
            say("批准", "approved") if granted else say("不予批准", "refused"),
        ),
    ]
    if ruling.opens_on:
        about.append((say("起始日期", "From"), ruling.opens_on.isoformat()))
    if ruling.fen is not None:
        about.append((say("金额", "Amount"), _money(ruling, say)))
    if ruling.reason:
        about.append((say("理由", "Reason"), ruling.reason))
    about.append((say("依据", "Clause"), ruling.clause))
    rules = [
        (say("规则册", "Rulebook"), f"{told['title']}（{kept['document']}）"),
        (say("规则册摘要", "Its digest"), _grouped(kept["digest_of_rules"])),
        (say("判定月份", "Month decided"), kept["month"][:7]),
        (say("所知截至", "As known at"), kept["known_at"][:19]),
        (say("决定人", "Decided by"), ruling.by),
        (say("决定摘要", "Digest of the decision"), _grouped(ruling.digest)),
    ]
    head = ("事实", "内容", "来源") if is_zh else ("Fact", "What is known", "Source")
    return Paper(
        language,
        say("基本养老服务待遇决定书", "Decision on a benefit"),
        case.number,
        _office(case.division_code),
        "",
        [],
        [
            Section(say("一、决定", "1. Decision"), about),
            Section(
                say("二、判定与理由", "2. Reasons"),
                lines=[told["verdict"], *told["sentences"]],
            ),
            Section(say("三、所依据的事实", "3. Facts"), facts, head, (4, 4, 5)),
            Section(say("四、规则与版本", "4. Rules and version"), rules),
        ],
        _office(case.division_code),
        say(_day(ruling.day), ruling.day.isoformat()),
        say(f"决定摘要 {ruling.digest[:16]}", f"Digest of the decision {ruling.digest[:16]}"),
    )


def _application(
    say: Say,
    language: str,
    rule: Rule | None,
    number: str,
    about: list[tuple[str, str]],
    shown: dict[str, str],
    division: str,
) -> Paper:
    asked_for = (say("申请事项", "Applied for"), rule.name(language) if rule else "")
    papers = [(say(zh, en), shown.get(zh, "")) for zh, en in (rule.evidence if rule else ())]
    sections = [Section(say("申请人", "Applicant"), [asked_for, *about])]
    if papers:
        head = (
            say("应出示的材料", "To be shown"),
            say("已出示（名称、编号）", "Shown: which, number"),
        )
        sections.append(Section(say("材料", "Papers"), papers, head, (2, 3)))
    sections.append(
        Section(
            say("声明", "Statement"),
            [
                (say("本人（代办人）签名", "Signature"), ""),
                (say("日期", "Day"), ""),
                (say("受理人", "Taken by"), ""),
            ],
            lines=[
                say(
                    "以上情况属实；本人同意为办理本事项核对有关信息。",
                    "All of this is true; I agree that data are checked for this application.",
                )
            ],
        )
    )
    return Paper(
        language,
        say("基本养老服务待遇申请表", "Application for a benefit"),
        number,
        _office(division),
        "",
        [],
        sections,
        "",
        "",
        rule.clause if rule else "",
    )


def _elder_fields(say: Say) -> tuple[str, ...]:
    return (
        say("姓名", "Name"),
        say("身份证号", "Identity number"),
        say("出生日期", "Born"),
        say("住址（村、社区）", "Address (village)"),
        say("代办人及关系", "Agent and relation"),
    )


def _file_fields(say: Say) -> tuple[str, ...]:
    return (
        say("名称（姓名）", "Name"),
        say("档案编号", "File number"),
        say("所在地", "Place"),
        say("经办人及身份", "Who asks, and as what"),
    )


def _granted(say: Say, ruling: Ruling, name: str) -> list[str]:
    assert ruling.opens_on is not None
    money = f"，{_money(ruling, say)}" if ruling.fen is not None else ""
    money_en = f", {_money(ruling, say)}" if ruling.fen is not None else ""
    return [
        say(
            f"您的{name}已经核准，自{_day(ruling.opens_on)}起{money or '可以享受'}。",
            f"Your {name} is approved from {ruling.opens_on} on{money_en}.",
        ),
        say(f"依据：{ruling.clause}。", f"Clause: {ruling.clause}."),
        say(
            "情况发生变化的，请及时告知村（社区）或乡镇（街道）。",
            "Tell your village or township when something changes.",
        ),
    ]


def _refused(say: Say, ruling: Ruling, name: str) -> list[str]:
    return [
        say(f"您申请的{name}，经审核不予批准。", f"Your application for {name} is refused."),
        say(f"理由：{ruling.reason}。", f"Reason: {ruling.reason}."),
        say(f"依据：{ruling.clause}。", f"Clause: {ruling.clause}."),
    ]


def _remedies(say: Say, case: Case) -> list[str]:
    terms = terms_of(case.division_code)
    return [
        say(
            "对本决定有异议的，可以向受理的村（社区）、乡镇（街道）提出，由作出决定以外的人复核",
            "object at your village or township: another than who decided looks at it again",
        ),
        *(
            say(f"{right.zh}（{right.source}）", f"{right.en} ({right.source})")
            for right in (terms.reconsideration, terms.lawsuit)
        ),
    ]


def _money(ruling: Ruling, say: Say) -> str:
    fen = ruling.fen or 0
    yuan = f"{fen // 100:,}.{fen % 100:02d}"
    if ruling.unit == MONTHLY:
        return say(f"每月{yuan}元", f"{yuan} yuan a month")
    return say(f"{yuan}元", f"{yuan} yuan")


def _name(case: Case, language: str) -> str:
    rule = case.holder.rule(case.provision)
    return rule.name(language) if rule else case.provision


def _office(division: str) -> str:
    found = divisions.find(division[:COUNTY_DIGITS])
    return f"{found.name if found else ''}民政局"


def _grouped(digest: str) -> str:
    """Return a digest that can be read aloud, and breaks at the end of a line."""
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _say(language: str) -> Say:
    return lambda zh, en: en if language == "en" else zh
