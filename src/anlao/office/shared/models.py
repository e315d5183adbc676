"""审计日志 the audit log: who read or changed what, when and why; entries form a chain."""

from __future__ import annotations

from django.db import models


class AuditEntry(models.Model):
    """One act. ``mark``: keyed digest of this entry and of the mark before it.

    ``before`` and ``after`` hold what changed; personal data in them is masked. ``subject``: what
    was acted on, as "registry.elder:17".
    """

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    who = models.CharField(max_length=150)
    act = models.CharField(max_length=60)
    subject = models.CharField(max_length=120, blank=True)
    division = models.CharField(max_length=12, blank=True)
    purpose = models.CharField(max_length=200, blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    mark = models.CharField(max_length=64)

    class Meta:
        ordering = ("-number",)
        indexes = (models.Index(fields=("subject", "number"), name="audit_by_subject"),)

    def __str__(self) -> str:
        return f"{self.number} {self.who} {self.act} {self.subject}"
