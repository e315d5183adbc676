"""The states of an assessment, and which act leads from which to which.

requested > assigned > appointed > scoring > settling > signing > review > published > superseded

The database refuses every other move (`states.sql`); that both lists are one is a test's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from anlao.office.organisations import roles

REQUESTED: Final = "requested"
ASSIGNED: Final = "assigned"
APPOINTED: Final = "appointed"
SCORING: Final = "scoring"
SETTLING: Final = "settling"
SIGNING: Final = "signing"
REVIEW: Final = "review"
PUBLISHED: Final = "published"
SUPERSEDED: Final = "superseded"
WITHDRAWN: Final = "withdrawn"
STATES: Final = (
    REQUESTED,
    ASSIGNED,
    APPOINTED,
    SCORING,
    SETTLING,
    SIGNING,
    REVIEW,
    PUBLISHED,
    SUPERSEDED,
    WITHDRAWN,
)
OPEN: Final = STATES[: STATES.index(PUBLISHED)]
"""An elder has one of these at most: a second request waits for the first."""


@dataclass(frozen=True, slots=True)
class Move:
    """An act that takes an assessment into another state. ``roles``: acts that allow it."""

    act: str
    before: tuple[str, ...]
    after: str
    roles: tuple[str, ...]


MOVES: Final = {
    move.act: move
    for move in (
        Move("assign", (REQUESTED,), ASSIGNED, (roles.ASSIGN_ASSESSMENT,)),
        Move("unassign", (ASSIGNED, APPOINTED), REQUESTED, (roles.ASSIGN_ASSESSMENT,)),
        Move("appoint", (ASSIGNED,), APPOINTED, (roles.ASSIGN_ASSESSMENT, roles.ASSESS)),
        Move("reschedule", (APPOINTED,), APPOINTED, (roles.ASSIGN_ASSESSMENT, roles.ASSESS)),
        Move("no_show", (APPOINTED,), ASSIGNED, (roles.ASSIGN_ASSESSMENT, roles.ASSESS)),
        Move("begin", (APPOINTED,), SCORING, (roles.ASSESS,)),
        Move("both_scored", (SCORING,), SETTLING, (roles.ASSESS,)),
        Move("settle", (SETTLING,), SIGNING, (roles.ASSESS,)),
        Move("reopen", (SIGNING,), SETTLING, (roles.ASSESS,)),
        Move("both_signed", (SIGNING,), REVIEW, (roles.ASSESS,)),
        Move("return", (REVIEW,), SETTLING, (roles.REVIEW_ASSESSMENT,)),
        Move("publish", (REVIEW,), PUBLISHED, (roles.REVIEW_ASSESSMENT,)),
        Move("supersede", (PUBLISHED,), SUPERSEDED, (roles.REVIEW_ASSESSMENT,)),
        Move(
            "withdraw",
            (REQUESTED, ASSIGNED, APPOINTED, SCORING, SETTLING, SIGNING),
            WITHDRAWN,
            (roles.REQUEST_ASSESSMENT, roles.ASSIGN_ASSESSMENT),
        ),
    )
}


@dataclass(eq=False, slots=True)
class NotNow(Exception):
    """Raised where an act does not fit the state that an assessment is in."""

    act: str
    state: str

    def __str__(self) -> str:
        return f"这次评估现在的状态是“{NAMES[self.state][0]}”，不能这样办理；请刷新页面"


NAMES: Final = {
    REQUESTED: ("待分派", "to be assigned"),
    ASSIGNED: ("待约定", "to be appointed"),
    APPOINTED: ("已约定", "appointed"),
    SCORING: ("评估中", "being scored"),
    SETTLING: ("待协商一致", "to be settled"),
    SIGNING: ("待签名", "to be signed"),
    REVIEW: ("待审核", "to be reviewed"),
    PUBLISHED: ("已发布", "published"),
    SUPERSEDED: ("已被取代", "superseded"),
    WITHDRAWN: ("已撤回", "withdrawn"),
}
