"""Words of service lists."""

from __future__ import annotations

from anlao.office.interfaces.web.templatetags.words.library import Words, picked, register
from anlao.office.service_list.differences import LABELS

ACTS: Words = {
    "make_list": ("编制服务清单", "began a service list"),
    "change_list": ("修改服务清单", "changed a service list"),
    "change_list_item": ("修改清单项目", "changed an item of a list"),
    "add_list_item": ("增加清单项目", "added an item to a list"),
    "remove_list_item": ("取消清单项目", "took an item off a list"),
    "submit_list": ("服务清单提交审核", "sent a list to review"),
    "withdraw_list": ("作废清单草稿", "gave a draft list up"),
    "return_list": ("退回服务清单", "returned a list"),
    "approve_list": ("服务清单审核通过", "passed a list's review"),
    "publish_list": ("公布服务清单", "published a service list"),
    "archive_list": ("服务清单归档", "archived a service list"),
    "record_contact": ("登记咨询电话", "recorded whom to ask"),
}
_LIST_STATES = {
    "draft": ("草稿", "draft"),
    "in_review": ("法制审核中", "in legal review"),
    "reviewed": ("审核通过，待公布", "reviewed, to be published"),
    "published": ("已公布", "published"),
    "archived": ("已归档", "archived"),
    "withdrawn": ("已作废", "given up"),
}
SERVICE_KINDS = {
    "material": ("物质帮助", "money and goods"),
    "care": ("照护服务", "care"),
    "concern": ("关爱服务", "visits and company"),
}


@register.filter
def list_state(state: str, language: str) -> str:
    """Return how far a service list is."""
    return picked(_LIST_STATES, state, language)


@register.filter
def field_label(name: str, language: str) -> str:
    """Return what a field of a service list's item is called."""
    return picked(LABELS, name, language)


@register.filter
def service_kind(kind: str, language: str) -> str:
    """Return what kind of service an item is."""
    return picked(SERVICE_KINDS, kind, language)
