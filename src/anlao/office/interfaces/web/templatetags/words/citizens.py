"""Words of citizens: access cards, and requests of correction."""

from __future__ import annotations

from anlao.office.interfaces.web.templatetags.words.library import Words

ACTS: Words = {
    "issue_card": ("发放办事码", "handed out an access card"),
    "ask_correction": ("提出更正", "asked for a correction"),
    "answer_correction": ("答复更正请求", "answered a request of correction"),
    "move_card_end": ("更改代办有效期", "moved the end of an agent's card"),
    "end_card": ("停用办事码", "ended an access card"),
    "card_sign_in": ("凭办事码登录", "signed in by an access card"),
    "card_sign_in_failed": ("办事码登录失败", "failed to sign in by a card"),
    "card_locked": ("办事码锁定", "access card locked"),
    "card_refused": ("办事码不可用", "card not good or locked"),
    "read_cards": ("查阅办事码", "looked at the access cards"),
}
