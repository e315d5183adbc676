"""Words of messages: what they are about, and what became of them."""

from __future__ import annotations

from anlao.office.interfaces.web.templatetags.words.library import Words, picked, register
from anlao.office.messages import states

ACTS: Words = {
    "make_messages": ("生成告知", "made messages"),
    "print_message": ("打印告知书", "printed a letter"),
    "export_messages": ("导出短信文件", "exported text messages"),
    "read_receipts": ("读入短信回执", "read receipts of text messages"),
    "read_message": ("查阅告知", "read a message"),
    "read_messages": ("查阅告知", "read messages"),
    "message_read_out": ("当面告知", "read a message out"),
    "message_delivered": ("登记送达", "recorded a message as delivered"),
    "message_failed": ("登记未送达", "recorded a message as not delivered"),
    "message_withdrawn": ("撤回告知", "withdrew a message"),
}
MESSAGE_CAUSES = {
    "benefit_found": ("可能符合待遇条件", "may be entitled"),
    "more_asked": ("补正材料", "more papers needed"),
    "granted": ("核准", "approved"),
    "refused": ("不予批准", "refused"),
    "suspended": ("暂停", "suspended"),
    "resumed": ("恢复", "resumed"),
    "terminated": ("终止", "ended"),
    "objection_answered": ("异议答复", "objection answered"),
    "recovery": ("追回", "recovery"),
    "payment_returned": ("退票，需核对账户", "payment returned"),
    "life_due": ("生存认证到期", "confirmation of life due"),
}


@register.filter
def message_cause(cause: str, language: str) -> str:
    """Return what a message is about."""
    return picked(MESSAGE_CAUSES, cause, language)


@register.filter
def message_state(state: str, language: str) -> str:
    """Return what became of a message."""
    return picked(states.NAMES, state, language)
