"""Identity numbers and telephones stand nowhere in plain text."""

from __future__ import annotations

import pytest
from django.db import connection

from anlao.office.database.folder import DataFolder
from anlao.office.registry import identity
from anlao.office.registry.models import Elder
from anlao.office.shared.confidential import Tampered
from tests.office.county import REGISTRY, County, everywhere

pytestmark = pytest.mark.usefixtures("db")


def whole_table(table: str) -> str:
    with everywhere(), connection.cursor() as cursor:
        cursor.execute(f"SELECT t::text FROM {table} t")
        return "\n".join(row for (row,) in cursor.fetchall())


@pytest.mark.parametrize("table", [*REGISTRY, "shared_auditentry"])
def test_no_row_holds_a_number_in_any_form(county: County, table: str) -> None:
    text = whole_table(table)
    for elder in county.elders.values():
        for secret in (identity.identity_number_of(elder), identity.phone_of(elder)):
            if secret:
                assert secret not in text
                assert secret.encode().hex() not in text
                assert secret[6:17] not in text


def test_no_file_of_the_database_holds_a_number(county: County, office: DataFolder) -> None:
    secrets = [identity.identity_number_of(elder).encode() for elder in county.elders.values()]
    with everywhere(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_filepath('registry_elder')")
        path = office.cluster / cursor.fetchone()[0]
    journal = [item for item in (office.cluster / "pg_wal").iterdir() if item.is_file()]

    for file in (path, *journal):
        content = file.read_bytes()
        assert not any(secret in content for secret in secrets), file


def test_what_is_shown_is_masked(county: County) -> None:
    elder = county.elders["a1"]
    number = identity.identity_number_of(elder)

    assert elder.identity_mask != number
    assert number[6:14] not in elder.identity_mask
    assert "0000" not in elder.phone_mask


def test_a_sealed_number_opens_only_in_its_own_file(county: County) -> None:
    one, other = county.elders["a1"], county.elders["a2"]
    moved = Elder(file_number=other.file_number, identity_cipher=one.identity_cipher)

    with pytest.raises(Tampered):
        identity.identity_number_of(moved)


def test_the_same_number_is_not_given_to_two_files(county: County) -> None:
    from django.db import IntegrityError, transaction

    one = county.elders["a1"]
    twin = Elder(
        file_number="twin", name="双", division_code=one.division_code, created_at=one.created_at
    )
    twin.identity_index = one.identity_index

    with everywhere(), pytest.raises(IntegrityError), transaction.atomic():
        twin.save()
