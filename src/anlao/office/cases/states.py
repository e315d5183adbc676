"""The states of a case, and which act leads from which to which.

proposed > asked > verifying > notice > approval > open > terminated

What is proposed waits for the elder's word; `open` is a benefit that is being received. The
database refuses every other move (`states.sql`); that both lists are one is a test's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from anlao.office.organisations import roles

PROPOSED: Final = "proposed"
ASKED: Final = "asked"
RETURNED: Final = "returned"
VERIFYING: Final = "verifying"
NOTICE: Final = "notice"
APPROVAL: Final = "approval"
REVIEW: Final = "review"
OPEN: Final = "open"
SUSPENDED: Final = "suspended"
REJECTED: Final = "rejected"
WITHDRAWN: Final = "withdrawn"
TERMINATED: Final = "terminated"
CLOSED: Final = "closed"
PENDING: Final = (PROPOSED, ASKED, RETURNED, VERIFYING, NOTICE, APPROVAL, REVIEW)
"""Undecided: somebody has to do something."""
LIVE: Final = (*PENDING, OPEN, SUSPENDED)
"""An elder has one of these at most for a provision."""
STATES: Final = (*LIVE, REJECTED, WITHDRAWN, TERMINATED, CLOSED)
FIRST: Final = (PROPOSED, ASKED, APPROVAL, OPEN)
"""In which a case may begin: found, asked for, automatic, and received before there were cases."""


@dataclass(frozen=True, slots=True)
class Move:
    """An act that takes a case into another state. ``role``: the act of ours that allows it."""

    act: str
    before: tuple[str, ...]
    after: str
    role: str


_TAKE, _VERIFY, _DECIDE = roles.TAKE_CASE, roles.VERIFY_CASE, roles.APPROVE
MOVES: Final = {
    move.act: move
    for move in (
        Move("confirm", (PROPOSED,), ASKED, _TAKE),
        Move("ask_more", (ASKED,), RETURNED, _VERIFY),
        Move("supply", (RETURNED,), ASKED, _TAKE),
        Move("complete", (ASKED,), VERIFYING, _VERIFY),
        Move("post", (VERIFYING,), NOTICE, _VERIFY),
        Move("pass_on", (VERIFYING, NOTICE), APPROVAL, _VERIFY),
        Move("verify_again", (NOTICE,), VERIFYING, _VERIFY),
        Move("send_back", (APPROVAL,), VERIFYING, _DECIDE),
        Move("approve", (APPROVAL,), OPEN, _DECIDE),
        Move("reject", (APPROVAL,), REJECTED, _DECIDE),
        Move("object", (REJECTED,), REVIEW, _TAKE),
        Move("uphold", (REVIEW,), REJECTED, _DECIDE),
        Move("overturn", (REVIEW,), APPROVAL, _DECIDE),
        Move("withdraw", PENDING, WITHDRAWN, _TAKE),
        Move("suspend", (OPEN,), SUSPENDED, _DECIDE),
        Move("resume", (SUSPENDED,), OPEN, _DECIDE),
        Move("terminate", (OPEN, SUSPENDED), TERMINATED, _DECIDE),
        Move("close", LIVE, CLOSED, _TAKE),
    )
}
MAKING: Final = ("apply", "confirm", "supply", "complete", "post", "pass_on", "adopt")
"""Whoever did one of these on a case does not decide it."""


@dataclass(eq=False, slots=True)
class NotNow(Exception):
    """Raised where an act does not fit the state that a case is in."""

    act: str
    state: str

    def __str__(self) -> str:
        return f"这件申请现在的状态是“{NAMES[self.state][0]}”，不能这样办理；请刷新页面"


NAMES: Final = {
    PROPOSED: ("待本人确认", "to be confirmed by the elder"),
    ASKED: ("待核材料", "papers to be checked"),
    RETURNED: ("待补正", "more is asked for"),
    VERIFYING: ("核实中", "being verified"),
    NOTICE: ("公示中", "on public notice"),
    APPROVAL: ("待审批", "to be approved"),
    REVIEW: ("异议复核中", "objection under review"),
    OPEN: ("待遇在领", "benefit open"),
    SUSPENDED: ("暂停发放", "suspended"),
    REJECTED: ("不予批准", "refused"),
    WITHDRAWN: ("已撤回", "withdrawn"),
    TERMINATED: ("已终止", "terminated"),
    CLOSED: ("已办结（去世或迁出）", "closed: death or move"),
}
