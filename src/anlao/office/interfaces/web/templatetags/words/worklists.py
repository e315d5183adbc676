"""Words of work lists, read on a page or given out as a file."""

from __future__ import annotations

from anlao.office.interfaces.web.templatetags.words.library import Words

ACTS: Words = {
    "read_list": ("查阅名单", "read a list"),
    "fetch_export": ("下载导出的名单", "fetched an exported list"),
    "export_list": ("导出名单", "exported a list"),
}
