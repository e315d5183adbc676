"""What every page knows: the reader's language, who she is, where she can go."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest

from anlao.office.interfaces.web.who import Who
from anlao.office.organisations import roles

_ROOMS = (
    ("web:home", "查找老年人", "Find an elder", roles.SEE_ELDERS),
    ("web:visits", "我的评估", "My visits", roles.ASSESS),
    ("web:assessments", "能力评估", "Assessments", roles.REQUEST_ASSESSMENT),
    ("web:assessments", "能力评估", "Assessments", roles.REVIEW_ASSESSMENT),
    ("web:cases", "待遇申请", "Applications", roles.TAKE_CASE),
    ("web:cases", "待遇申请", "Applications", roles.APPROVE),
    ("web:messages", "告知", "Messages", roles.TAKE_CASE),
    ("web:messages", "告知", "Messages", roles.APPROVE),
    ("web:lists", "工作清单", "Work lists", roles.SEE_ELDERS),
    ("web:month", "本月情况", "This month", roles.SEE_ELDERS),
    ("web:month", "本月情况", "This month", roles.SEE_FIGURES),
    ("web:figures", "图表", "Figures", roles.SEE_ELDERS),
    ("web:figures", "图表", "Figures", roles.SEE_FIGURES),
    ("web:registers", "机构与人员", "Registers", roles.SEE_FACILITIES),
    ("web:runs", "待遇发放", "Payments", roles.MAKE_RUNS),
    ("web:runs", "待遇发放", "Payments", roles.APPROVE),
    ("web:runs", "待遇发放", "Payments", roles.PAY),
    ("web:runs", "待遇发放", "Payments", roles.SEE_AUDIT),
    ("web:audit", "审计日志", "Audit log", roles.SEE_AUDIT),
    ("web:imports", "导入名单", "Import lists", roles.IMPORT_LISTS),
    ("web:packages", "数据包", "Data packages", roles.GIVE_DATA),
    ("web:jobs", "后台任务", "Jobs", roles.ADMINISTER),
    ("web:service-lists", "服务清单", "Service lists", roles.PREPARE_LIST),
    ("web:service-lists", "服务清单", "Service lists", roles.REVIEW_LIST),
    ("web:places", "区划变更", "Places", roles.CHANGE_PLACES),
    ("web:people", "人员与授权", "People and grants", roles.ADMINISTER),
)


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the context of every template."""
    asking: Who | None = getattr(request, "who", None)
    if asking is None or asking.user is None:
        language = request.COOKIES.get("language", "zh") if asking is None else asking.language
        return {"language": language, "rooms": [], "here_url": _here(request)}
    rooms = dict.fromkeys((url, zh, en) for url, zh, en, act in _ROOMS if asking.may(act))
    return {
        "language": asking.language,
        "me": asking.user,
        "rooms": list(rooms),
        "here_url": _here(request),
        "keeps_sheets": asking.may(roles.ASSESS),
    }


def _here(request: HttpRequest) -> str:
    """Return where to come back to: the page itself, or the page before one that was sent."""
    if request.method == "GET":
        return request.get_full_path()
    came_from = urlsplit(request.headers.get("Referer", ""))
    return f"{came_from.path}?{came_from.query}" if came_from.path else "/"
