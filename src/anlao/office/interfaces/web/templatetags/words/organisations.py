"""Words of organisations: accounts, second factors, grants, tokens, and their forms."""

from __future__ import annotations

from anlao.office.interfaces.web.templatetags.words.library import Words, picked, register

ACTS: Words = {
    "sign_in": ("登录", "signed in"),
    "sign_in_failed": ("登录失败", "failed to sign in"),
    "account_locked": ("账户锁定", "account locked"),
    "change_password": ("修改密码", "changed the password"),
    "reset_password": ("重设密码", "gave a first password"),
    "end_sessions": ("结束登录", "ended sessions"),
    "deactivate_user": ("停用账户", "closed an account"),
    "reactivate_user": ("恢复账户", "opened an account again"),
    "add_second_factor": ("添加第二重验证", "added a second factor"),
    "remove_second_factor": ("移除第二重验证", "removed a second factor"),
    "reset_second_factor": ("重置第二重验证", "reset the second factor"),
    "make_recovery_codes": ("生成备用码", "made recovery codes"),
    "use_recovery_code": ("使用备用码", "used a recovery code"),
    "second_factor_copied": ("安全密钥疑被复制", "a key that may be a copy"),
    "require_second_factor": ("规定第二重验证", "required a second factor"),
    "issue_token": ("发放接口令牌", "issued an API token"),
    "revoke_token": ("撤销接口令牌", "revoked an API token"),
    "add_user": ("新增人员", "added a user"),
    "add_organisation": ("新增机构", "added an organisation"),
    "grant": ("授权", "granted a role"),
    "revoke": ("撤销授权", "revoked a role"),
}
_FIELDS = {
    "role": ("角色", "Role"),
    "division": ("区划（与机构二选一）", "Division (or an organisation)"),
    "organisation": ("机构（与区划二选一）", "Organisation (or a division)"),
    "start": ("起始日期", "From"),
    "until": ("终止日期（可空，不含当日）", "Until, not included (optional)"),
    "reason": ("理由", "Reason"),
    "username": ("用户名（字母、数字，3位以上）", "User name (letters and digits, three or more)"),
    "full_name": ("姓名", "Name"),
    "kind": ("机构类型", "Kind"),
    "name": ("机构名称", "Name"),
}


@register.filter
def field_name(name: str, language: str) -> str:
    """Return the label of a form's field."""
    return picked(_FIELDS, name, language)
