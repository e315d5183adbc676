"""Words of cases: how they come, what is done on them, why a benefit pauses."""

from __future__ import annotations

from anlao.office.cases import states
from anlao.office.cases.verifying import KINDS
from anlao.office.interfaces.web.templatetags.words.library import Words, picked, register

CASE_PAUSES = {
    "life_unconfirmed": ("逾期未作生存认证", "life not confirmed in time"),
    "lost_contact": ("失去联系", "lost contact"),
    "status_in_doubt": ("资格存疑", "entitlement in doubt"),
    "other": ("其他", "other"),
}
CASE_WAYS = {
    "counter": ("窗口", "counter"),
    "village": ("村（社区）代办", "village worker on behalf"),
    "phone": ("电话", "telephone"),
    "portal": ("网上", "portal"),
    "paper": ("纸质材料", "on paper"),
    "finding": ("主动发现", "found by the office"),
    "list": ("发放名单", "a payer's list"),
}
CASE_ASKERS = {
    "self": ("本人", "the elder"),
    "agent": ("代理人", "an agent"),
    "village": ("村（社区）", "the village"),
    "office": ("本机关", "the office"),
}
LIFE_WAYS = {
    "in_person": ("本人到场", "came in person"),
    "visit": ("上门", "a visit"),
    "video": ("视频", "video call"),
    "data_match": ("数据核对", "data match"),
}
_CASE_STEPS = {
    "apply": ("申请", "applied for"),
    "find": ("主动发现", "found"),
    "adopt": ("在领待遇建档", "taken over from a list"),
    "confirm": ("本人确认", "confirmed by the elder"),
    "ask_more": ("告知补正", "more asked for"),
    "supply": ("已补正", "supplied"),
    "complete": ("受理", "accepted"),
    "post": ("公示", "put on notice"),
    "pass_on": ("报审批", "handed to the approver"),
    "verify_again": ("重新核实", "to be verified anew"),
    "send_back": ("退回", "returned"),
    "approve": ("批准", "approved"),
    "reject": ("不予批准", "refused"),
    "object": ("提出异议", "objected to"),
    "uphold": ("复核维持", "refusal upheld"),
    "overturn": ("复核撤销，重新审批", "refusal overturned"),
    "withdraw": ("撤回", "withdrawn"),
    "suspend": ("暂停", "suspended"),
    "resume": ("恢复", "resumed"),
    "terminate": ("终止", "ended"),
    "close": ("办结", "closed"),
    "reopen": ("恢复办理", "opened again"),
}
_CASE_ACTS = {
    "show": ("登记材料", "paper shown"),
    "check": ("登记核实", "verified"),
    "object_to_notice": ("公示异议", "objection to a notice"),
    "answer": ("答复公示异议", "answered an objection"),
    "propose_pause": ("建议暂停", "proposed to suspend"),
    "approve_pause": ("同意暂停建议", "agreed to a suspension"),
    "refuse_pause": ("不同意暂停建议", "turned a suspension down"),
    "withdraw_pause": ("暂停建议撤回", "a proposal to suspend withdrawn"),
}
PROPOSAL_STATES = {
    "open": ("待审批", "waits for an answer"),
    "approved": ("已同意", "agreed"),
    "turned_down": ("不同意", "turned down"),
    "withdrawn": ("已自动撤回", "withdrawn by itself"),
}
ACTS: Words = {
    "read_cases": ("查阅待遇申请", "read cases"),
    "print_paper": ("打印文书", "printed a paper"),
    "confirm_alive": ("生存认证", "confirmed life"),
} | {
    f"case_{act}": (f"待遇申请：{zh}", f"case: {en}")
    for act, (zh, en) in (_CASE_STEPS | _CASE_ACTS).items()
}


@register.filter
def case_state(state: str, language: str) -> str:
    """Return what state a case is in."""
    return picked(states.NAMES, state, language)


@register.filter
def case_word(word: str, language: str) -> str:
    """Return how a case came, who asked, how it was checked, why it was paused."""
    return picked(CASE_WAYS | CASE_ASKERS | KINDS | CASE_PAUSES | LIFE_WAYS, word, language)


@register.filter
def proposal_state(state: str, language: str) -> str:
    """Return what became of a proposal to suspend."""
    return picked(PROPOSAL_STATES, state, language)


@register.filter
def case_step(act: str, language: str) -> str:
    """Return a step of a case in words."""
    return picked(_CASE_STEPS, act, language)
