"""Words of payments: runs and their lines, the bank, the ledger, recoveries, checks."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from anlao.office.interfaces.web.templatetags.words.library import Words, picked, register
from anlao.office.payments import reasons

ACTS: Words = {
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
    return picked(_PAYMENT_WORDS[kind], name, str(context.get("language", "zh")))


@register.filter
def payments_of(subject: str) -> str:
    """Return the address of the page on what somebody or something is paid."""
    kind, _, number = subject.partition(":")
    if kind == "elder":
        return reverse("web:elder-payments", args=(number,))
    return reverse("web:register-payments", args=(kind, number))
