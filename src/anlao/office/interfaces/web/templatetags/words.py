"""Words in two languages, side by side in the template: {% t "登录" "Sign in" %}."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import template
from django.db.models import Model
from django.urls import reverse

from anlao.office.assessments import states
from anlao.office.cases import states as case_states
from anlao.office.cases.verifying import KINDS
from anlao.office.messages import states as message_states
from anlao.office.payments import reasons
from anlao.office.registry.operations import START_OF_TIME
from anlao.office.service_list.differences import LABELS
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
def at(items: Sequence[Any], place: int) -> Any:
    """Return the item of a sequence at a place."""
    return items[place]


@register.filter
def elder_number(subject: str) -> int | None:
    """Return whose file an audit entry is about; None where it is about none."""
    kind, _, number = subject.partition(":")
    return int(number) if kind == "elder" and number.isascii() and number.isdigit() else None


@register.filter
def thousands(number: int) -> str:
    """Return a whole number with its thousands apart."""
    return f"{number:,}"


@register.filter
def yuan(fen: int | None) -> str:
    """Return fen as yuan; a dash where there is no money in it."""
    if fen is None:
        return "—"
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}.{rest:02d}"


@register.filter
def permille(number: int) -> str:
    """Return thousandths as per cent."""
    whole, rest = divmod(number, 10)
    return f"{whole}.{rest} %" if rest else f"{whole} %"


_STATES = {
    "living": ("在册", "on the register"),
    "deceased": ("已故", "deceased"),
    "moved_out": ("已迁出", "moved away"),
    "merged": ("已并档", "merged into another file"),
    "withdrawn": ("已撤回", "opened by mistake and withdrawn"),
}


@register.filter
def state_name(state: str, language: str) -> str:
    """Return what state a file is in."""
    return _picked(_STATES, state, language)


_JOB_STATES = {
    "queued": ("等待", "waiting"),
    "running": ("进行中", "running"),
    "done": ("完成", "done"),
    "failed": ("失败", "failed"),
    "cancelled": ("已取消", "cancelled"),
}


@register.filter
def job_state(state: str, language: str) -> str:
    """Return how far a job is."""
    return _picked(_JOB_STATES, state, language)


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


def section_name(kind: type[Model], language: str) -> str:
    """Return the name of a status, a section of an elder's file."""
    return _picked(_SECTIONS, str(kind._meta.model_name), language)


PURPOSES = {
    "benefit": ("办理待遇", "working on a benefit"),
    "check": ("核对信息", "checking what is recorded"),
    "visit": ("探访关爱", "a visit"),
    "assessment": ("能力评估", "an assessment"),
    "audit": ("审计监督", "audit"),
}
"""Why somebody reads: chosen at the search. Elsewhere purposes are somebody's own words."""


@register.filter
def purpose_name(purpose: str, language: str) -> str:
    """Return a purpose in words."""
    return _picked(PURPOSES, purpose, language)


def _picked(words: Mapping[str, tuple[str, str]], name: str, language: str) -> str:
    """Return a name in words; one that has none yet shows as it is stored."""
    return words.get(name, (name, name))[language == "en"]


@register.filter
def since(day: date, language: str) -> str:
    """Return a day on which something began; what always held began on no day."""
    if day <= START_OF_TIME:
        return "start not known" if language == "en" else "起始不详"
    return day.isoformat()


@register.filter
def from_day(day: date, language: str) -> str:
    """Return from which day on something holds."""
    if day <= START_OF_TIME:
        return since(day, language)
    return f"from {day}" if language == "en" else f"{day} 起"


@register.filter
def month_name(day: date, language: str) -> str:
    """Return the month of a day in words."""
    return f"{day:%Y-%m}" if language == "en" else f"{day.year}年{day.month}月"


_LIST_STATES = {
    "draft": ("草稿", "draft"),
    "in_review": ("法制审核中", "in legal review"),
    "reviewed": ("审核通过，待公布", "reviewed, to be published"),
    "published": ("已公布", "published"),
    "archived": ("已归档", "archived"),
    "withdrawn": ("已作废", "given up"),
}


@register.filter
def list_state(state: str, language: str) -> str:
    """Return how far a service list is."""
    return _picked(_LIST_STATES, state, language)


@register.filter
def field_label(name: str, language: str) -> str:
    """Return what a field of a service list's item is called."""
    return _picked(LABELS, name, language)


SERVICE_KINDS = {
    "material": ("物质帮助", "money and goods"),
    "care": ("照护服务", "care"),
    "concern": ("关爱服务", "visits and company"),
}


@register.filter
def service_kind(kind: str, language: str) -> str:
    """Return what kind of service an item is."""
    return _picked(SERVICE_KINDS, kind, language)


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


@register.filter
def assessment_state(state: str, language: str) -> str:
    """Return what state an assessment is in."""
    return _picked(states.NAMES, state, language)


@register.filter
def assessment_reason(reason: str, language: str) -> str:
    """Return why an assessment was asked for."""
    return _picked(_ASSESSMENT_REASONS, reason, language)


@register.filter
def asker_name(asker: str, language: str) -> str:
    """Return who asked for an assessment."""
    return _picked(_ASKERS, asker, language)


@register.filter
def ended_name(ended: str, language: str) -> str:
    """Return how an appointment ended."""
    return _picked(_ENDED, ended, language)


@register.filter
def step_name(act: str, language: str) -> str:
    """Return a step of an assessment in words."""
    return _picked(_STEPS, act, language)


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


@register.filter
def case_state(state: str, language: str) -> str:
    """Return what state a case is in."""
    return _picked(case_states.NAMES, state, language)


@register.filter
def case_word(word: str, language: str) -> str:
    """Return how a case came, who asked, how it was checked, why it was paused."""
    return _picked(CASE_WAYS | CASE_ASKERS | KINDS | CASE_PAUSES | LIFE_WAYS, word, language)


@register.filter
def proposal_state(state: str, language: str) -> str:
    """Return what became of a proposal to suspend."""
    return _picked(PROPOSAL_STATES, state, language)


@register.filter
def case_step(act: str, language: str) -> str:
    """Return a step of a case in words."""
    return _picked(_CASE_STEPS, act, language)


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
    return _picked(MESSAGE_CAUSES, cause, language)


@register.filter
def message_state(state: str, language: str) -> str:
    """Return what became of a message."""
    return _picked(message_states.NAMES, state, language)


@register.filter
def in_words(label: Any, language: str) -> str:
    """Return a label in the reader's language."""
    return str(label.en if language == "en" else label.zh)


ACTS = (
    {
        "open_register_file": ("登记机构或人员", "opened a file in a register"),
        "change_register_file": ("更正机构或人员档案", "corrected a file of a register"),
        "open_award": ("开通补助", "opened an award"),
        "end_award": ("终止补助", "ended an award"),
        "take_back_award": ("撤回补助", "took an award back"),
        "record_register_facts": ("登记机构或人员情况", "recorded facts in a register"),
        "read_register": ("查阅名册", "read a register"),
        "read_register_file": ("查阅机构或人员档案", "read a file of a register"),
        "read_register_dues": ("查阅名册应发情况", "read what is due by a register"),
        "export_register": ("导出名册", "exported a register"),
        "bring_register_list": ("上传名册名单", "brought a list for a register"),
        "commit_register_list": ("提交名册名单", "committed a list for a register"),
        "discard_register_list": ("放弃名册名单", "gave up a list for a register"),
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
        "change_division": ("区划变更", "changed a division"),
        "take_back_division": ("撤销区划变更", "took back a change of a division"),
        "issue_card": ("发放办事码", "handed out an access card"),
        "ask_correction": ("提出更正", "asked for a correction"),
        "answer_correction": ("答复更正请求", "answered a request of correction"),
        "move_card_end": ("更改代办有效期", "moved the end of an agent's card"),
        "end_card": ("停用办事码", "ended an access card"),
        "card_sign_in": ("凭办事码登录", "signed in by an access card"),
        "card_sign_in_failed": ("办事码登录失败", "failed to sign in by a card"),
        "card_locked": ("办事码锁定", "access card locked"),
        "card_refused": ("办事码不可用", "card not good or locked"),
        "issue_token": ("发放接口令牌", "issued an API token"),
        "revoke_token": ("撤销接口令牌", "revoked an API token"),
        "verify_audit": ("校验日志链", "verified the chain"),
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
        "pull_list": ("接收名单", "pulled a list"),
        "give_out_data": ("提供数据", "gave data out"),
        "fetch_package": ("下载数据包", "fetched a data package"),
        "check_package": ("查验数据包", "checked a data package"),
        "fetch_export": ("下载导出的名单", "fetched an exported list"),
        "export_list": ("导出名单", "exported a list"),
        "move_file": ("档案转至他村", "moved the file"),
        "import_upload": ("上传名单", "brought a list"),
        "import_mapping": ("对应名单的列", "told a list's columns"),
        "import_decide": ("认定名单中的人", "decided on a row of a list"),
        "import_discard": ("放弃名单", "gave up a list"),
        "import_commit": ("提交名单", "committed a list"),
        "import_undo": ("撤销名单", "took a list back"),
        "undo_import": ("撤销名单的登记", "took back what a list recorded"),
        "cancel_job": ("停止任务", "stopped a job"),
        "retry_job": ("重试任务", "tried a job again"),
        "queue_job": ("排入任务", "queued a job"),
        "decide": ("判定本月待遇", "decided a month"),
        "record_facts": ("登记或更正", "recorded facts"),
        "read_cards": ("查阅办事码", "looked at the access cards"),
        "read_family": ("查阅家庭与联系人", "read family and contacts"),
        "read_photo": ("查看照片", "looked at the photograph"),
        "add_photo": ("放入照片", "put in a photograph"),
        "remove_photo": ("删除照片", "removed the photograph"),
        "open_file": ("新建档案", "opened a file"),
        "add_detail": ("登记家庭、住址或同意", "recorded family, address or consent"),
        "end_detail": ("终止一项登记", "ended a record"),
        "take_back_detail": ("撤回一项登记", "took back a record"),
        "journey_death": ("登记去世", "recorded a death"),
        "journey_move": ("登记户籍迁移", "recorded a move"),
        "journey_merge": ("并档", "merged two files"),
        "undo_death": ("撤销去世登记", "took back a death"),
        "undo_move": ("撤销迁移登记", "took back a move"),
        "undo_merge": ("撤销并档", "took back a merge"),
        "read_audit": ("查阅审计日志", "read the audit log"),
        "load": ("装入数据", "loaded data"),
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
        "read_assessments": ("查阅评估", "read assessments"),
        "read_report": ("查阅评估报告", "read a report"),
        "read_sheet": ("打开评分表", "opened a score sheet"),
        "score_items": ("记录评分", "scored items"),
        "read_cases": ("查阅待遇申请", "read cases"),
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
        "print_paper": ("打印文书", "printed a paper"),
        "confirm_alive": ("生存认证", "confirmed life"),
        "verify_report": ("外部核验报告", "verified a report"),
        "open_run": ("开立发放批次", "opened a run"),
        "decide_run": ("判定发放批次", "decided a run"),
        "cancel_run": ("作废发放批次", "cancelled a run"),
        "review_run": ("复核发放批次", "reviewed a run"),
        "approve_run": ("审批发放批次", "approved a run"),
        "send_back_run": ("退回发放批次", "sent a run back"),
        "settle_run": ("发放批次入账", "settled a run"),
        "close_run": ("发放批次关账", "closed a run"),
        "read_run": ("查阅发放明细", "read a run"),
        "clear_line": ("排除疑点", "cleared a doubt"),
        "clear_lines": ("成批排除疑点", "cleared doubts"),
        "hold_line": ("暂缓发放", "held a payment"),
        "confirm_township": ("乡镇盖章确认", "confirmed a township's list"),
        "make_bank_file": ("生成代发文件", "made a bank file"),
        "take_bank_file": ("下载代发文件", "fetched a bank file"),
        "read_bank_answer": ("读入银行回盘", "read a bank's answer"),
        "enter_budget": ("登记预算", "entered a budget"),
        "enter_funding": ("登记拨入资金", "entered money of a fund"),
        "export_budget": ("导出预算执行", "exported budget and spending"),
        "make_forecast": ("预测支出", "made a forecast"),
        "export_forecast": ("导出支出预测", "exported a forecast"),
        "draw_sample": ("抽取核查样本", "drew a sample to verify"),
        "read_sample": ("查阅核查样本", "read a sample"),
        "check_payment": ("登记核查结果", "recorded what a check found"),
        "enter_account": ("登记收款账户", "entered an account"),
        "read_scan": ("查看盖章扫描件", "looked at a stamped list"),
        "read_payments": ("查阅发放记录", "read payments"),
        "read_recoveries": ("查阅追回", "read recoveries"),
        "verify_ledger": ("核对账务", "verified the ledger"),
        "recovery_notice": ("告知追回", "gave notice of a recovery"),
        "recovery_plan": ("约定分期", "agreed on instalments"),
        "recovery_repaid": ("登记退回款", "took in a repayment"),
        "recovery_asked": ("申请核销", "asked to write off"),
        "recovery_written_off": ("批准核销", "wrote off"),
        "recovery_refused": ("不准核销", "refused to write off"),
    }
    | {
        f"assessment_{act}": (f"能力评估：{zh}", f"assessment: {en}")
        for act, (zh, en) in _STEPS.items()
    }
    | {
        f"case_{act}": (f"待遇申请：{zh}", f"case: {en}")
        for act, (zh, en) in (_CASE_STEPS | _CASE_ACTS).items()
    }
)


_RUN_KINDS = {
    "regular": ("月度发放", "regular"),
    "top_up": ("补发", "top-up"),
    "reissue": ("退票重发", "re-issue"),
    "correction": ("更正", "correction"),
}
_RUN_STATES = {
    "open": ("已开立", "opened"),
    "previewed": ("待复核", "to be reviewed"),
    "reviewed": ("待审批", "to be approved"),
    "approved": ("已审批", "approved"),
    "sent": ("已送银行", "sent to the bank"),
    "closed": ("已关账", "closed"),
    "cancelled": ("已作废", "cancelled"),
}
_NATURES = {
    "new": ("新增", "new"),
    "changed": ("金额变动", "changed"),
    "same": ("与上月相同", "as last month"),
    "arrears": ("补发以前月份", "for earlier months"),
    "back": ("多发应追回", "paid too much"),
}
_HELD = {
    "no_account": ("没有收款账户", "no account"),
    "same_account": ("与他人同一账户", "an account that others have"),
    "same_person": ("疑似同一人（姓名、生日相同）", "perhaps one person: same name and birthday"),
    "deceased": ("已去世，补发待核", "deceased; owed for earlier months"),
    "death_unconfirmed": ("死亡信息待核", "a death to be confirmed"),
    "other_amount": ("与名单登记金额不同", "another amount than the list says"),
    "no_case": ("首次发放，无审批件", "first payment, and no approved case"),
    "by_hand": ("人工暂缓", "held by hand"),
    "unknown": ("缺情况，无法判定", "cannot be decided"),
}
_LINE_STATES = {
    "listed": ("在册", "listed"),
    "held": ("暂缓", "held"),
    "left_out": ("未列入", "left out"),
    "owed": ("应付", "owed"),
    "charged": ("应追回", "to come back"),
}
_TRANSFER_STATES = {
    "ready": ("待送银行", "ready"),
    "sent": ("已送银行", "sent"),
    "paid": ("到账", "paid"),
    "returned": ("退票", "returned"),
}
_ENTRIES = {
    "owed": ("计提应付", "owed"),
    "charged": ("记应追回", "charged"),
    "offset": ("抵扣追回", "offset"),
    "sent": ("送银行", "sent"),
    "paid": ("到账", "paid"),
    "returned": ("退票", "returned"),
    "reissued": ("退票重发", "re-issued"),
    "repaid": ("收到退回款", "repaid"),
    "written_off": ("核销", "written off"),
    "funded": ("拨入资金", "funded"),
}
_RECOVERY_STEPS = {
    "charged": ("记入", "charged"),
    "notice": ("告知", "notice given"),
    "plan": ("分期", "instalments"),
    "offset": ("从发放中抵扣", "kept back"),
    "repaid": ("退回", "repaid"),
    "asked": ("申请核销", "write-off asked for"),
    "written_off": ("核销", "written off"),
    "refused": ("核销未准", "write-off refused"),
}
FUNDS = {
    "national": ("中央", "national"),
    "provincial": ("省级", "provincial"),
    "city": ("市级", "city"),
    "county": ("县级", "county"),
    "lottery": ("福彩公益金", "welfare lottery"),
}
_HOWS = {"call": ("电话回访", "call"), "visit": ("入户核查", "visit")}
_CHECKS = {
    "full": ("足额收到", "received in full"),
    "less": ("收到但不足额", "received less"),
    "not": ("没有收到", "not received"),
    "unreached": ("联系不上", "not reachable"),
    "deceased": ("已去世", "deceased"),
}
_PAYMENT_WORDS = {
    "run": _RUN_KINDS,
    "run_state": _RUN_STATES,
    "nature": _NATURES,
    "held": _HELD,
    "line": _LINE_STATES,
    "transfer": _TRANSFER_STATES,
    "entry": _ENTRIES,
    "recovery": _RECOVERY_STEPS,
    "fund": FUNDS,
    "how": _HOWS,
    "check": _CHECKS,
}


@register.simple_tag(takes_context=True)
def why_not_due(context: dict[str, Any], reason: str) -> str:
    """Return why something is not due, by the reason that the engine gave."""
    return reasons.in_words(reason)[context.get("language") == "en"] or "—"


@register.simple_tag(takes_context=True)
def pay_word(context: dict[str, Any], kind: str, name: str) -> str:
    """Return a word of payments: ``kind`` says of which list, such as run_state."""
    return _picked(_PAYMENT_WORDS[kind], name, str(context.get("language", "zh")))


@register.filter
def named(names: Mapping[str, str], name: str) -> str:
    """Return a name from a mapping; one that is not in it shows as it is."""
    return names.get(name, name)


@register.filter
def payments_of(subject: str) -> str:
    """Return the address of the page on what somebody or something is paid."""
    kind, _, number = subject.partition(":")
    if kind == "elder":
        return reverse("web:elder-payments", args=(number,))
    return reverse("web:register-payments", args=(kind, number))


@register.filter
def act_name(act: str, language: str) -> str:
    """Return an act in words."""
    return _picked(ACTS, act, language)


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
    return _picked(_FIELDS, name, language)
