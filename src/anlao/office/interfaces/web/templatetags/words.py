"""Words in two languages, side by side in the template: {% t "登录" "Sign in" %}."""

from __future__ import annotations

from typing import Any

from django import template

from anlao.places import divisions

register = template.Library()


@register.simple_tag(takes_context=True)
def t(context: dict[str, Any], zh: str, en: str) -> str:
    """Return the words in the reader's language."""
    return en if context.get("language") == "en" else zh


@register.filter
def place(code: str) -> str:
    """Return the township and village of a division code."""
    found = divisions.find(code)
    if found is None:
        return code
    return "".join(step.name for step in divisions.path(code)[3:]) or found.name


@register.filter
def thousands(number: int) -> str:
    """Return a whole number with its thousands apart."""
    return f"{number:,}"


@register.filter
def yuan(fen: int | None) -> str:
    """Return fen as yuan; a dash where there is no money in it."""
    return "—" if fen is None else f"{fen // 100:,}.{fen % 100:02d}"


ACTS = {
    "sign_in": ("登录", "signed in"),
    "sign_in_failed": ("登录失败", "failed to sign in"),
    "account_locked": ("账户锁定", "account locked"),
    "change_password": ("修改密码", "changed the password"),
    "reset_password": ("重设密码", "gave a first password"),
    "add_user": ("新增人员", "added a user"),
    "add_organisation": ("新增机构", "added an organisation"),
    "grant": ("授权", "granted a role"),
    "revoke": ("撤销授权", "revoked a role"),
    "search_elders": ("查找老年人", "searched elders"),
    "read_file": ("查阅档案", "read the file"),
    "read_history": ("查阅变更记录", "read the history"),
    "read_entitlements": ("查阅待遇", "read entitlements"),
    "reveal": ("查看完整证件号", "saw the whole number"),
    "read_list": ("查阅名单", "read a list"),
    "move_file": ("档案转至他村", "moved the file"),
    "queue_job": ("排入任务", "queued a job"),
    "decide": ("判定本月待遇", "decided a month"),
    "record_facts": ("登记或更正", "recorded facts"),
    "read_audit": ("查阅审计日志", "read the audit log"),
    "load": ("装入数据", "loaded data"),
}


@register.filter
def act_name(act: str, language: str) -> str:
    """Return an act in words; one that has none yet shows as it is stored."""
    zh, en = ACTS.get(act, (act, act))
    return en if language == "en" else zh


_FIELDS = {
    "role": ("角色", "Role"),
    "division": ("区划代码（与机构二选一）", "Division code (or an organisation)"),
    "organisation": ("机构", "Organisation"),
    "start": ("起始日期", "From"),
    "until": ("终止日期（可空，不含当日）", "Until, not included (optional)"),
    "reason": ("理由", "Reason"),
}


@register.filter
def field_name(name: str, language: str) -> str:
    """Return the label of a form's field."""
    zh, en = _FIELDS[name]
    return en if language == "en" else zh
