"""Words of journeys: a death, a move, the merge of two files."""

from __future__ import annotations

from anlao.office.interfaces.web.templatetags.words.library import Words

ACTS: Words = {
    "journey_death": ("登记去世", "recorded a death"),
    "journey_move": ("登记户籍迁移", "recorded a move"),
    "journey_merge": ("并档", "merged two files"),
    "undo_death": ("撤销去世登记", "took back a death"),
    "undo_move": ("撤销迁移登记", "took back a move"),
    "undo_merge": ("撤销并档", "took back a merge"),
}
