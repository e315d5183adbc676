"""Family, addresses and consent: what an office needs to know besides the facts of the rules."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from anlao.office.registry.models.elders import Elder
from anlao.office.registry.models.kept import Kept

WEST, EAST, SOUTH, NORTH = 73, 136, 3, 54
"""Degrees around China: a coordinate outside has its numbers the wrong way round."""


class Detail(Kept):
    """Something besides the facts of the rules; several may hold on one day.

    ``FIELDS``: what it says. ``ONE_OF``: fields of which only one row holds on a day (None: any
    number hold side by side).
    """

    FIELDS: ClassVar[tuple[str, ...]] = ()
    ONE_OF: ClassVar[tuple[str, ...] | None] = None

    class Meta:
        abstract = True


class Address(Detail):
    """住址: where she is registered, lives or gets letters; a point with the datum it is in."""

    class Use(models.TextChoices):
        RESIDENCE = "residence", "现住址"
        REGISTERED = "registered", "户籍地址"
        LETTERS = "letters", "通信地址"

    class Datum(models.TextChoices):
        CGCS2000 = "cgcs2000", "CGCS2000"
        WGS84 = "wgs84", "WGS-84"
        GCJ02 = "gcj02", "GCJ-02"
        BD09 = "bd09", "BD-09"

    ONE_OF = ("use",)
    FIELDS = ("use", "text", "place", "longitude", "latitude", "datum")
    use = models.CharField(max_length=12, choices=Use)
    text = models.CharField(max_length=200)
    place = models.CharField(max_length=12, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField(max_digits=8, decimal_places=6, null=True, blank=True)
    datum = models.CharField(max_length=8, blank=True, choices=Datum)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(longitude__isnull=True, latitude__isnull=True, datum="")
                | Q(longitude__isnull=False, latitude__isnull=False)
                & Q(longitude__range=(WEST, EAST), latitude__range=(SOUTH, NORTH))
                & ~Q(datum=""),
                name="address_point_is_whole",
            ),
        )


class Relation(Detail):
    """亲属与联系人: family and others around her, and what each is to her before the law.

    ``is_supporter``: 赡养义务人; ``is_guardian``: 监护人; ``is_agent``: 代理人. ``other``: the
    person's own file, where there is one.
    """

    class Kind(models.TextChoices):
        SPOUSE = "spouse", "配偶"
        SON = "son", "儿子"
        DAUGHTER = "daughter", "女儿"
        GRANDCHILD = "grandchild", "孙辈"
        SIBLING = "sibling", "兄弟姐妹"
        RELATIVE = "relative", "其他亲属"
        NEIGHBOUR = "neighbour", "邻居"
        COMMITTEE = "committee", "村（居）委会"
        OTHER = "other", "其他"

    FIELDS = (
        "kind",
        "name",
        "other_id",
        "phone_mask",
        "is_supporter",
        "is_guardian",
        "is_agent",
        "is_emergency",
        "lives_with_her",
    )
    kind = models.CharField(max_length=12, choices=Kind)
    name = models.CharField(max_length=60)
    other = models.ForeignKey(
        Elder, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    phone_cipher = models.BinaryField(null=True, blank=True)
    phone_mask = models.CharField(max_length=20, blank=True)
    is_supporter = models.BooleanField(default=False)
    is_guardian = models.BooleanField(default=False)
    is_agent = models.BooleanField(default=False)
    is_emergency = models.BooleanField(default=False)
    lives_with_her = models.BooleanField(default=False)


class Household(Detail):
    """户: the household in which she is registered, by the number of its booklet."""

    ONE_OF = ()
    FIELDS = ("number", "is_head")
    number = models.CharField(max_length=30)
    is_head = models.BooleanField(default=False)

    class Meta:
        indexes = (models.Index(fields=("number",), name="household_by_number"),)


class Consent(Detail):
    """同意: whether she or her agent agrees to something, and on which paper."""

    class Matter(models.TextChoices):
        SHARING = "sharing", "向有关部门共享信息"
        VISITS = "visits", "上门探访"
        MESSAGES = "messages", "短信通知"
        PHOTOGRAPH = "photograph", "留存照片"

    ONE_OF = ("matter",)
    FIELDS = ("matter", "is_given", "by_agent")
    matter = models.CharField(max_length=12, choices=Matter)
    is_given = models.BooleanField()
    by_agent = models.BooleanField(default=False)


DETAILS: tuple[type[Detail], ...] = (Address, Relation, Household, Consent)
