"""A county to try the office on: organisations, and users of every role."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from anlao.office.divisions.models import Division
from anlao.office.organisations import operations
from anlao.office.organisations.models import Organisation, User

BY = "rehearsal"
Kind = Organisation.Kind


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can sign in. ``password``: None where the account was there already."""

    username: str
    password: str | None
    role: str
    where: str


def people_a_county(county: str, *, day: date, at: datetime) -> list[Account]:
    """Make the bureau, township offices, an assessment body and a provider with their people.

    Every user gets a role of her own; accounts that are there already stay as they are.
    """
    place = Division.objects.get(code=county)
    townships = list(place.parts.order_by("code"))
    village = townships[0].parts.order_by("code").first()
    assert village is not None
    bureau = _organisation(Kind.BUREAU, f"{place.name}民政局", place)
    offices = [
        _organisation(Kind.TOWNSHIP_OFFICE, f"{township.name}社会事务办公室", township)
        for township in townships
    ]
    committee = _organisation(Kind.VILLAGE_COMMITTEE, f"{village.name}", village)
    body = _organisation(Kind.ASSESSMENT_BODY, f"{place.name}老年人能力评估中心", place)
    provider = _organisation(Kind.PROVIDER, f"{place.name}居家养老服务中心", place)
    cast: list[tuple[str, str, Organisation, str, Division | Organisation]] = [
        ("clerk", "县经办 林晓", bureau, "county_clerk", place),
        ("clerk2", "县复核 苏敏", bureau, "county_clerk", place),
        ("approver", "县审批 周正", bureau, "county_approver", place),
        ("approver2", "县审批 章衡", bureau, "county_approver", place),
        ("finance", "财务 吴明", bureau, "finance", place),
        ("finance2", "出纳 方洁", bureau, "finance", place),
        ("auditor", "审计 郑严", bureau, "auditor", place),
        ("leader", "局长 陈远", bureau, "leader", place),
        ("admin", "系统管理员 何安", bureau, "administrator", place),
        ("village", "村干部 叶青", committee, "village_worker", village),
        ("assessor1", "评估员 沈静", body, "assessor", body),
        ("assessor2", "评估员 方圆", body, "assessor", body),
        ("assessor3", "评估员 梁宁", body, "assessor", body),
        ("assessor4", "评估员 齐平", body, "assessor", body),
        ("provider", "服务人员 许诺", provider, "provider", provider),
    ]
    cast += [
        (f"town{number}", f"乡镇经办 {township.name}", office, "township_clerk", township)
        for number, (township, office) in enumerate(zip(townships, offices, strict=True), 1)
    ]
    return [_account(*member, day=day, at=at) for member in cast]


def _organisation(kind: str, name: str, division: Division) -> Organisation:
    found, _ = Organisation.objects.get_or_create(
        name=name, division=division, defaults={"kind": kind}
    )
    return found


def _account(
    username: str,
    full_name: str,
    organisation: Organisation,
    role: str,
    where: Division | Organisation,
    *,
    day: date,
    at: datetime,
) -> Account:
    if User.objects.filter(username=username).exists():
        return Account(username, None, role, where.name)
    user = User(username=username, full_name=full_name, organisation=organisation)
    password = secrets.token_urlsafe(9)
    user.set_password(password)
    user.save()
    operations.grant(
        user=user,
        role=role,
        division=where if isinstance(where, Division) else None,
        organisation=where if isinstance(where, Organisation) else None,
        start=day,
        reason="演示 rehearsal",
        by=BY,
        at=at,
    )
    return Account(username, password, role, where.name)
