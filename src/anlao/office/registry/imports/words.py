"""Search words, state and place of many files, after something was recorded in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import connection

from anlao.office.shared.audit import Act


def keep_words(elders: Sequence[int], day: date) -> list[Act]:
    """Bring files up to date, as `operations.keep_words` and `follow_registration` do for one.

    A file follows its registration inside the county, perhaps out of sight, so this comes after
    everything else that is done to the elders. Returns the acts to be noted.
    """
    acts = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT imports_keep_words(%s, %s)", [list(elders), day])
        cursor.execute(
            "SELECT e.id, e.division_code, r.hukou FROM registry_elder e"
            " JOIN registry_registrationstatus r ON r.elder_id = e.id AND upper_inf(r.known)"
            "  AND r.valid @> %s::date"
            " WHERE e.id = ANY(%s) AND length(r.hukou) > 6 AND r.hukou <> e.division_code"
            "  AND left(r.hukou, 6) = left(e.division_code, 6) ORDER BY e.id",
            [day, list(elders)],
        )
        for elder, present, hukou in cursor.fetchall():
            acts.append(
                Act(
                    "move_file",
                    f"elder:{elder}",
                    present,
                    before={"division": present},
                    after={"division": hukou},
                )
            )
            cursor.execute("SELECT registry_move_elder(%s, %s)", [elder, hukou])
    return acts
