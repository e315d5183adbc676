"""Words of exchange: lists pulled, packages given out and checked."""

from __future__ import annotations

from anlao.office.interfaces.web.templatetags.words.library import Words

ACTS: Words = {
    "pull_list": ("接收名单", "pulled a list"),
    "give_out_data": ("提供数据", "gave data out"),
    "fetch_package": ("下载数据包", "fetched a data package"),
    "check_package": ("查验数据包", "checked a data package"),
}
