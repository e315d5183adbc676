"""Words of the registry: files of elders, their sections, and why somebody reads them."""

from __future__ import annotations

from django.db.models import Model

from anlao.office.interfaces.web.templatetags.words.library import Words, picked, register

ACTS: Words = {
    "search_elders": ("查找老年人", "searched elders"),
    "read_file": ("查阅档案", "read the file"),
    "read_history": ("查阅变更记录", "read the history"),
    "reveal": ("查看完整证件号", "saw the whole number"),
    "move_file": ("档案转至他村", "moved the file"),
    "record_facts": ("登记或更正", "recorded facts"),
    "amend_particular": ("更正姓名、证件号或电话", "amended the name or a number"),
    "read_particulars": ("查阅原登记的姓名、号码", "read former names and numbers"),
    "read_family": ("查阅家庭与联系人", "read family and contacts"),
    "read_photo": ("查看照片", "looked at the photograph"),
    "add_photo": ("放入照片", "put in a photograph"),
    "remove_photo": ("删除照片", "removed the photograph"),
    "open_file": ("新建档案", "opened a file"),
    "add_detail": ("登记家庭、住址或同意", "recorded family, address or consent"),
    "end_detail": ("终止一项登记", "ended a record"),
    "take_back_detail": ("撤回一项登记", "took back a record"),
    "load": ("装入数据", "loaded data"),
}
_STATES = {
    "living": ("在册", "on the register"),
    "deceased": ("已故", "deceased"),
    "moved_out": ("已迁出", "moved away"),
    "merged": ("已并档", "merged into another file"),
    "withdrawn": ("已撤回", "opened by mistake and withdrawn"),
}
_SECTIONS = {
    "vitalstatus": ("出生、性别、死亡", "Birth, sex and death"),
    "registrationstatus": ("户籍", "Registration"),
    "hardshipstatus": ("经济困难与特困供养", "Hardship and destitute support"),
    "capabilitystatus": ("能力与自理", "Ability and self-care"),
    "disabilitystatus": ("残疾", "Disability"),
    "livingstatus": ("居住与家庭", "Home and family"),
    "carestatus": ("养老方式", "Care"),
    "insurancestatus": ("保险待遇", "Insurance"),
}
_PARTICULARS: Words = {
    "name": ("姓名", "name"),
    "identity_number": ("身份证号", "identity number"),
    "phone": ("电话", "telephone"),
}
_AMENDED_WHY = {
    "changed": ("情况变更", "it changed"),
    "mistaken": ("原登记有误", "recorded wrongly"),
}
PURPOSES = {
    "benefit": ("办理待遇", "working on a benefit"),
    "check": ("核对信息", "checking what is recorded"),
    "visit": ("探访关爱", "a visit"),
    "assessment": ("能力评估", "an assessment"),
    "audit": ("审计监督", "audit"),
}
"""Why somebody reads: chosen at the search. Elsewhere purposes are somebody's own words."""


@register.filter
def elder_number(subject: str) -> int | None:
    """Return whose file an audit entry is about; None where it is about none."""
    kind, _, number = subject.partition(":")
    return int(number) if kind == "elder" and number.isascii() and number.isdigit() else None


@register.filter
def state_name(state: str, language: str) -> str:
    """Return what state a file is in."""
    return picked(_STATES, state, language)


@register.filter
def particular_name(what: str, language: str) -> str:
    """Return what of the head of a file was amended."""
    return picked(_PARTICULARS, what, language)


@register.filter
def amended_why(why: str, language: str) -> str:
    """Return why the head of a file was amended."""
    return picked(_AMENDED_WHY, why, language)


def section_name(kind: type[Model], language: str) -> str:
    """Return the name of a status, a section of an elder's file."""
    return picked(_SECTIONS, str(kind._meta.model_name), language)


@register.filter
def purpose_name(purpose: str, language: str) -> str:
    """Return a purpose in words."""
    return picked(PURPOSES, purpose, language)
