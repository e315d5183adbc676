"""Imported lists: the file, its rows, what is wrong in it, and what the rows change."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models


class Batch(models.Model):
    """A list on its way into the registry, and afterwards.

    ``division_code``: the area of whoever brought it; she may import inside it and nowhere else.
    ``stored``: name of the sealed file in the data folder. ``until``: None where the list holds
    until something else is known, else the first day on which it no longer holds.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", "待对应列"
        CHECKED = "checked", "待提交"
        COMMITTED = "committed", "已提交"
        UNDONE = "undone", "已撤销"
        DISCARDED = "discarded", "已放弃"

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    division_code = models.CharField(max_length=12)
    kind = models.CharField(max_length=40)
    source = models.CharField(max_length=80)
    file_name = models.CharField(max_length=200)
    content_digest = models.CharField(max_length=64)
    stored = models.CharField(max_length=80)
    sheet = models.CharField(max_length=120, blank=True)
    mapping = models.TextField(blank=True)
    from_date = models.DateField()
    until = models.DateField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.UPLOADED)
    counts = models.JSONField(default=dict)
    uploaded_by = models.CharField(max_length=150)
    uploaded_at = models.DateTimeField()
    committed_by = models.CharField(max_length=150, blank=True)
    committed_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=150, blank=True)
    undone_at = models.DateTimeField(null=True)
    undone_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=("content_digest",), name="batch_by_content"),)

    def __str__(self) -> str:
        return f"{self.pk} {self.kind}"


class RememberedMapping(models.Model):
    """Which column was which, as a clerk confirmed it, for the next list of the same form."""

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    division_code = models.CharField(max_length=12)
    kind = models.CharField(max_length=40)
    source = models.CharField(max_length=80)
    signature = models.CharField(max_length=64)
    mapping = models.TextField()
    confirmed_by = models.CharField(max_length=150)
    confirmed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("division_code", "kind", "source", "signature"), name="mapping_once"
            ),
        )


class OfBatch(models.Model):
    """A row that belongs to a batch and is seen where the batch is seen."""

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+")
    division_code = models.CharField(max_length=12)

    class Meta:
        abstract = True


class FindingRow(OfBatch):
    """One thing wrong in the file; ``value`` is masked. ``row`` 0: the list as a whole."""

    row = models.IntegerField()
    column = models.CharField(max_length=8, blank=True)
    header = models.CharField(max_length=200, blank=True)
    value = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=40)
    severity = models.CharField(max_length=8)
    reason_zh = models.TextField()
    reason_en = models.TextField()
    expected_zh = models.TextField(blank=True)
    expected_en = models.TextField(blank=True)

    class Meta:
        indexes = (models.Index(fields=("batch", "row"), name="finding_by_row"),)


class StagedRow(OfBatch):
    """A sound row of the list, and whom it is about.

    ``sealed``: identity number, telephone, address and the like as JSON, bound to batch and row.
    ``place``: where a new file would be. ``outcome``: what comes of it, as the preview found.
    """

    class Match(models.TextChoices):
        EXACT = "exact", "证件号相符"
        NAME_DIFFERS = "name_differs", "证件号相符，姓名不同"
        CANDIDATES = "candidates", "可能是同一人"
        NONE = "none", "没有档案"

    class Decision(models.TextChoices):
        LINK = "link", "是同一人"
        OPEN = "open", "新建档案"
        LEAVE_OUT = "leave_out", "不导入"

    class Outcome(models.TextChoices):
        CHANGE = "change", "有变化"
        SAME = "same", "没有变化"
        UNDECIDED = "undecided", "待决定"
        LEFT_OUT = "left_out", "不导入"
        NO_FILE = "no_file", "没有档案"
        TOO_YOUNG = "too_young", "未到建档年龄"
        OUTSIDE = "outside", "不在您的范围"
        CONTRADICTION = "contradiction", "与已登记情况矛盾"

    row = models.IntegerField()
    name = models.CharField(max_length=60)
    birth_date = models.DateField()
    sex = models.CharField(max_length=6)
    place = models.CharField(max_length=12)
    identity_index = models.BinaryField()
    identity_mask = models.CharField(max_length=18)
    sealed = models.BinaryField()
    facts = models.JSONField()
    from_date = models.DateField()
    until = models.DateField(null=True)
    digest = models.CharField(max_length=64)
    match = models.CharField(max_length=12, choices=Match, default=Match.NONE)
    decision = models.CharField(max_length=10, blank=True, choices=Decision)
    decided_by = models.CharField(max_length=150, blank=True)
    elder_id = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=14, blank=True, choices=Outcome)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("batch", "row"), name="staged_row_once"),
            models.UniqueConstraint(
                fields=("batch", "elder_id"),
                condition=~models.Q(decision="leave_out"),
                name="staged_elder_once",
            ),
        )
        indexes = (models.Index(fields=("batch", "outcome"), name="staged_by_outcome"),)


class Change(OfBatch):
    """What a row does to one status of an elder: previewed, then done, then perhaps taken back.

    ``before``: what is known of the days, ``after``: what the list says. ``closed`` and ``made``:
    numbers of the rows of the status, once it is done.
    """

    class Nature(models.TextChoices):
        NEW_FILE = "new_file", "新建档案"
        DEATH = "death", "死亡"
        MOVE = "move", "户籍变动"
        CORRECTION = "correction", "更改"
        ADDITION = "addition", "补充"

    staged = models.ForeignKey(StagedRow, on_delete=models.PROTECT, related_name="changes")
    elder_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=24)
    nature = models.CharField(max_length=12, choices=Nature)
    before = models.JSONField()
    after = models.JSONField()
    closed = models.JSONField(default=list)
    made = models.JSONField(default=list)
    kept_reason = models.CharField(max_length=20, blank=True)
    """Why an undo left it: ``later`` for something recorded on top, ``away`` for a file gone."""

    class Meta:
        indexes = (
            models.Index(fields=("batch", "nature"), name="change_by_nature"),
            models.Index(fields=("staged",), name="change_by_staged"),
        )
