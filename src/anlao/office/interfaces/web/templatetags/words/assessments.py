"""Words of assessments."""

from __future__ import annotations

from anlao.office.assessments import states
from anlao.office.interfaces.web.templatetags.words.library import Words, picked, register

_ASSESSMENT_REASONS = {
    "first": ("首次评估", "first"),
    "routine": ("常规评估", "routine"),
    "immediate": ("即时评估（状况变化）", "immediate: her condition changed"),
    "dispute": ("对结果有疑问的复评", "repeated: the result is doubted"),
    "other": ("其他", "other"),
}
_ASKERS = {
    "elder": ("本人", "the elder"),
    "agent": ("代理人", "an agent"),
    "clerk": ("工作人员", "a clerk"),
    "automatic": ("到期自动", "due"),
}
_ENDED = {
    "rescheduled": ("已改期", "another day"),
    "no_show": ("未能进行", "nobody there"),
    "cancelled": ("已取消", "cancelled"),
}
_STEPS = {
    "request": ("申请", "asked for"),
    "assign": ("分派机构", "given to a body"),
    "unassign": ("收回分派", "taken back"),
    "appoint": ("约定上门", "appointed"),
    "reschedule": ("改期", "moved"),
    "no_show": ("未能进行", "nobody there"),
    "begin": ("开始评估", "scoring began"),
    "both_scored": ("两人评分完成", "both scored"),
    "settle": ("协商一致", "settled"),
    "reopen": ("重新协商", "opened again"),
    "both_signed": ("两人签名", "both signed"),
    "return": ("退回", "returned"),
    "publish": ("发布", "published"),
    "supersede": ("被取代", "superseded"),
    "withdraw": ("撤回", "withdrawn"),
}
ACTS: Words = {
    "read_assessments": ("查阅评估", "read assessments"),
    "read_report": ("查阅评估报告", "read a report"),
    "read_sheet": ("打开评分表", "opened a score sheet"),
    "score_items": ("记录评分", "scored items"),
    "verify_report": ("外部核验报告", "verified a report"),
} | {
    f"assessment_{act}": (f"能力评估：{zh}", f"assessment: {en}")
    for act, (zh, en) in _STEPS.items()
}


@register.filter
def assessment_state(state: str, language: str) -> str:
    """Return what state an assessment is in."""
    return picked(states.NAMES, state, language)


@register.filter
def assessment_reason(reason: str, language: str) -> str:
    """Return why an assessment was asked for."""
    return picked(_ASSESSMENT_REASONS, reason, language)


@register.filter
def asker_name(asker: str, language: str) -> str:
    """Return who asked for an assessment."""
    return picked(_ASKERS, asker, language)


@register.filter
def ended_name(ended: str, language: str) -> str:
    """Return how an appointment ended."""
    return picked(_ENDED, ended, language)


@register.filter
def step_name(act: str, language: str) -> str:
    """Return a step of an assessment in words."""
    return picked(_STEPS, act, language)
