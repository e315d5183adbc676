"""Words of registers: institutions, residents, centres, caregivers."""

from __future__ import annotations

from anlao.office.interfaces.web.templatetags.words.library import Words

ACTS: Words = {
    "open_register_file": ("登记机构或人员", "opened a file in a register"),
    "change_register_file": ("更正机构或人员档案", "corrected a file of a register"),
    "record_register_facts": ("登记机构或人员情况", "recorded facts in a register"),
    "read_register": ("查阅名册", "read a register"),
    "read_register_file": ("查阅机构或人员档案", "read a file of a register"),
    "read_register_dues": ("查阅名册应发情况", "read what is due by a register"),
    "export_register": ("导出名册", "exported a register"),
    "bring_register_list": ("上传名册名单", "brought a list for a register"),
    "commit_register_list": ("提交名册名单", "committed a list for a register"),
    "discard_register_list": ("放弃名册名单", "gave up a list for a register"),
}
