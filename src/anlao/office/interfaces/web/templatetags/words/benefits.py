"""Words of benefits: months decided, awards, forecasts."""

from __future__ import annotations

from anlao.office.interfaces.web.templatetags.words.library import Words

ACTS: Words = {
    "open_award": ("开通补助", "opened an award"),
    "end_award": ("终止补助", "ended an award"),
    "take_back_award": ("撤回补助", "took an award back"),
    "read_entitlements": ("查阅待遇", "read entitlements"),
    "decide": ("判定本月待遇", "decided a month"),
    "make_forecast": ("预测支出", "made a forecast"),
    "export_forecast": ("导出支出预测", "exported a forecast"),
}
