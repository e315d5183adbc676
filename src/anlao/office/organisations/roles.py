"""Roles: what each may do, and which nobody may hold together.

Predicates in code, not rows: a role is a fixed set of acts, a grant gives it to a person for some
divisions or one organisation and some time.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

SEE_ELDERS = "see_elders"
REVEAL = "reveal_personal_data"
RECORD_FACTS = "record_facts"
IMPORT_LISTS = "import_lists"
APPROVE = "approve"
REQUEST_ASSESSMENT = "request_assessment"
ASSIGN_ASSESSMENT = "assign_assessment"
ASSESS = "assess"
REVIEW_ASSESSMENT = "review_assessment"
TAKE_CASE = "take_case"
PROPOSE_SUSPENSION = "propose_suspension"
SEND_MESSAGES = "send_messages"
"""Make, print and send what elders are told: it opens their telephone numbers."""
VERIFY_CASE = "verify_case"
ENTER_ACCOUNTS = "enter_accounts"
MAKE_RUNS = "make_runs"
REVIEW_RUNS = "review_runs"
PAY = "pay"
SEE_AUDIT = "see_audit"
SEE_FIGURES = "see_figures"
ADMINISTER = "administer"
CHANGE_PLACES = "change_places"
GIVE_DATA = "give_data"
"""Let a month leave as a signed package: for whoever answers for the data and enters none."""
PREPARE_LIST = "prepare_service_list"
REVIEW_LIST = "review_service_list"
PUBLISH_LIST = "publish_service_list"
SEE_FACILITIES = "see_facilities"
"""See the registers of institutions, their residents, centres and caregivers."""
RECORD_FACILITIES = "record_facilities"
"""Open files in these registers and record what is known: for clerks, who see what they touch."""


@dataclass(frozen=True, slots=True)
class Role:
    """``acts``: what its holders may do, inside their scope."""

    id: str
    zh: str
    en: str
    acts: frozenset[str]


def _role(identifier: str, zh: str, en: str, *acts: str) -> Role:
    return Role(identifier, zh, en, frozenset(acts))


ROLES = {
    role.id: role
    for role in (
        _role(
            "county_approver",
            "县级审批",
            "county approver",
            SEE_ELDERS,
            REVEAL,
            APPROVE,
            REVIEW_RUNS,
            REVIEW_ASSESSMENT,
            GIVE_DATA,
            REVIEW_LIST,
            PUBLISH_LIST,
            SEE_FACILITIES,
        ),
        _role(
            "county_clerk",
            "县级经办",
            "county clerk",
            SEE_ELDERS,
            REVEAL,
            RECORD_FACTS,
            IMPORT_LISTS,
            REQUEST_ASSESSMENT,
            ASSIGN_ASSESSMENT,
            TAKE_CASE,
            PROPOSE_SUSPENSION,
            SEND_MESSAGES,
            ENTER_ACCOUNTS,
            MAKE_RUNS,
            REVIEW_RUNS,
            CHANGE_PLACES,
            PREPARE_LIST,
            SEE_FACILITIES,
            RECORD_FACILITIES,
        ),
        _role(
            "township_clerk",
            "乡镇经办",
            "township clerk",
            SEE_ELDERS,
            REVEAL,
            RECORD_FACTS,
            IMPORT_LISTS,
            REQUEST_ASSESSMENT,
            TAKE_CASE,
            PROPOSE_SUSPENSION,
            SEND_MESSAGES,
            VERIFY_CASE,
            ENTER_ACCOUNTS,
            SEE_FACILITIES,
            RECORD_FACILITIES,
        ),
        _role(
            "village_worker",
            "村级工作人员",
            "village worker",
            SEE_ELDERS,
            RECORD_FACTS,
            REQUEST_ASSESSMENT,
            TAKE_CASE,
        ),
        _role("assessor", "评估员", "assessor", SEE_ELDERS, ASSESS),
        _role("provider", "服务机构", "provider", SEE_ELDERS),
        _role("finance", "财务", "finance", SEE_ELDERS, PAY, SEE_FIGURES, SEE_FACILITIES),
        _role("auditor", "审计", "auditor", SEE_ELDERS, SEE_AUDIT, SEE_FIGURES, SEE_FACILITIES),
        _role("leader", "领导", "leader", SEE_FIGURES, SEE_FACILITIES),
        _role("administrator", "系统管理员", "administrator", ADMINISTER),
    )
}

_APART = (
    # whoever enters does not approve, whoever approves does not pay
    ("county_clerk", "county_approver"),
    ("township_clerk", "county_approver"),
    ("village_worker", "county_approver"),
    ("county_approver", "finance"),
    ("county_clerk", "finance"),
    # whoever measures need does not decide on it, nor serve it
    ("assessor", "county_approver"),
    ("assessor", "provider"),
    ("provider", "county_approver"),
    ("provider", "finance"),
)
_ALONE = ("auditor", "administrator")
"""Roles that go with no other: whoever watches does nothing, whoever grants sees nobody."""

INCOMPATIBLE = frozenset(frozenset(pair) for pair in _APART) | frozenset(
    frozenset(pair) for pair in combinations(ROLES, 2) if any(role in pair for role in _ALONE)
)


def conflicts(role: str, held: frozenset[str]) -> list[str]:
    """Return the roles among those held that may not go with this one."""
    return sorted(other for other in held if frozenset((role, other)) in INCOMPATIBLE)
