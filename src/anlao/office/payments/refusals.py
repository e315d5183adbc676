"""What a run refuses, in words."""

from __future__ import annotations


class RunRefused(Exception):
    """Raised for an act that a run does not take; says why, and what to do, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh)
        self.zh, self.en = zh, en


ANOTHER_WAITS = RunRefused(
    "本县还有未审批的批次，请先审批或作废它",
    "another run of this county is not approved yet: approve or cancel it first",
)
CHANGED = RunRefused(
    "批次在您查看之后有变化，请重新查看",
    "the run has changed since you looked at it; look at it again",
)
