"""The moves that an edition may make, whose acts they are, and what they are called."""

from __future__ import annotations

from dataclasses import dataclass

from anlao.office.organisations import roles
from anlao.office.service_list.models import Edition

State = Edition.State


@dataclass(frozen=True, slots=True)
class Move:
    """``act``: what of `roles` allows it."""

    name: str
    before: tuple[str, ...]
    after: str
    act: str
    zh: str
    en: str


MOVES = {
    move.name: move
    for move in (
        Move(
            "submit", (State.DRAFT,), State.IN_REVIEW, roles.PREPARE_LIST,
            "提交法制审核", "Send to legal review",
        ),
        Move(
            "withdraw", (State.DRAFT,), State.WITHDRAWN, roles.PREPARE_LIST,
            "作废草稿", "Give the draft up",
        ),
        Move(
            "return", (State.IN_REVIEW, State.REVIEWED), State.DRAFT, roles.REVIEW_LIST,
            "退回修改", "Return",
        ),
        Move(
            "approve", (State.IN_REVIEW,), State.REVIEWED, roles.REVIEW_LIST,
            "审核通过", "Pass the review",
        ),
        Move(
            "publish", (State.REVIEWED,), State.PUBLISHED, roles.PUBLISH_LIST,
            "公布", "Publish",
        ),
    )
}  # fmt: skip
