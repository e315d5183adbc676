"""Words of imports: lists of other offices."""

from __future__ import annotations

from anlao.office.interfaces.web.templatetags.words.library import Words

ACTS: Words = {
    "import_upload": ("上传名单", "brought a list"),
    "import_mapping": ("对应名单的列", "told a list's columns"),
    "import_decide": ("认定名单中的人", "decided on a row of a list"),
    "import_discard": ("放弃名单", "gave up a list"),
    "import_commit": ("提交名单", "committed a list"),
    "import_undo": ("撤销名单", "took a list back"),
    "undo_import": ("撤销名单的登记", "took back what a list recorded"),
}
