"""Organisations, users, and grants of roles."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models

from anlao.office.divisions.models import Division
from anlao.office.organisations.roles import ROLES


class Organisation(models.Model):
    """A body that people work for: the bureau, a township office, a provider."""

    class Kind(models.TextChoices):
        BUREAU = "bureau", "民政局"
        TOWNSHIP_OFFICE = "township_office", "乡镇（街道）"
        VILLAGE_COMMITTEE = "village_committee", "村（居）民委员会"
        ASSESSMENT_BODY = "assessment_body", "评估机构"
        PROVIDER = "provider", "养老服务组织"
        INSTITUTION = "institution", "养老机构"

    kind = models.CharField(max_length=20, choices=Kind)
    name = models.CharField(max_length=120)
    division = models.ForeignKey(Division, on_delete=models.PROTECT)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("name", "division"), name="organisation_once"),
        )

    def __str__(self) -> str:
        return self.name


class User(AbstractBaseUser):
    """Somebody who signs in. What she may do and see hangs on her grants alone."""

    username = models.CharField(max_length=60, unique=True)
    full_name = models.CharField(max_length=60)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=True)
    failed_attempts = models.PositiveSmallIntegerField(default=0)
    locked_until_at = models.DateTimeField(null=True, blank=True)
    language = models.CharField(
        max_length=2, choices=(("zh", "中文"), ("en", "English")), default="zh"
    )
    deactivated_at = models.DateTimeField(null=True, blank=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return f"{self.full_name}（{self.username}）"


class Grant(models.Model):
    """A role given to somebody for a division (with all below it) or for one organisation.

    Grants are never changed: one that should end gets its ``revoked_at``.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=20, choices=[(role.id, role.zh) for role in ROLES.values()])
    division = models.ForeignKey(Division, null=True, on_delete=models.PROTECT)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT)
    valid = DateRangeField()
    granted_by = models.CharField(max_length=150)
    granted_at = models.DateTimeField()
    reason = models.CharField(max_length=200)
    on_behalf_of = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="delegations"
    )
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(division__isnull=False) ^ models.Q(organisation__isnull=False),
                name="grant_has_one_scope",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} {self.role} {self.division or self.organisation}"

    @property
    def where(self) -> str:
        """Return the name of the division or organisation it is for."""
        place = self.division or self.organisation
        assert place is not None
        return str(place.name)


class SignIn(models.Model):
    """One time that somebody signed in, open until she leaves or somebody ends it.

    The web session names its row; a session whose row is ended opens nothing any more.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="sign_ins")
    device = models.CharField(max_length=60, blank=True)
    with_second_factor = models.BooleanField(default=False)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=150, blank=True)

    class Meta:
        indexes = (
            models.Index(
                fields=("user",),
                name="sign_in_open",
                condition=models.Q(ended_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.started_at:%Y-%m-%d %H:%M}"


class Authenticator(models.Model):
    """A second factor of somebody: an app that shows codes, or a security key.

    ``secret``: of an app, sealed. ``credential``: of a key, its id and public key as it registered.
    ``counter``: the last time step of an app's code, or the last signature count of a key; neither
    is ever taken twice. Removed ones stay as rows.
    """

    class Kind(models.TextChoices):
        APP = "app", "验证器应用"
        KEY = "key", "安全密钥"

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="authenticators")
    kind = models.CharField(max_length=3, choices=Kind)
    name = models.CharField(max_length=60)
    secret = models.BinaryField(null=True)
    credential = models.BinaryField(null=True)
    counter = models.BigIntegerField(default=0)
    added_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    removed_by = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(kind="app", secret__isnull=False, credential__isnull=True)
                | models.Q(kind="key", secret__isnull=True, credential__isnull=False),
                name="authenticator_is_app_or_key",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind} {self.name}"


class RecoveryCode(models.Model):
    """A code that stands in once for a lost second factor; only its keyed digest is kept."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="recovery_codes")
    digest = models.BinaryField()
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user_id} {self.made_at:%Y-%m-%d}"


class SecondFactorRule(models.Model):
    """Whoever holds the role and works in the division must have a second factor."""

    role = models.CharField(max_length=20, choices=[(role.id, role.zh) for role in ROLES.values()])
    division = models.ForeignKey(Division, on_delete=models.PROTECT)
    set_by = models.CharField(max_length=150)
    set_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("role", "division"),
                condition=models.Q(ended_at__isnull=True),
                name="second_factor_rule_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.role} {self.division_id}"


class Token(models.Model):
    """What another system shows to use the JSON API for an organisation.

    Only a keyed digest is kept. ``acts``: what it may do, inside ``division``, or for the elders
    on the organisation's list where there is none. The last two count its requests in a minute.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=60)
    digest = models.BinaryField(unique=True)
    acts = ArrayField(models.CharField(max_length=30))
    division = models.ForeignKey(Division, null=True, on_delete=models.PROTECT)
    issued_by = models.CharField(max_length=150)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=150, blank=True)
    used_at = models.DateTimeField(null=True)
    minute = models.BigIntegerField(default=0)
    requests = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"token:{self.pk} {self.organisation.name}"


class Answered(models.Model):
    """An answer of the JSON API that is given again when the same request comes again.

    ``asked``: digest of method, address and body. ``answer``: sealed, for it may hold what is
    known of a person.
    """

    token = models.ForeignKey(Token, on_delete=models.PROTECT)
    key = models.CharField(max_length=100)
    asked = models.BinaryField()
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.BinaryField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("token", "key"), name="answered_once"),)
        indexes = (models.Index(fields=("at",), name="answered_at"),)

    def __str__(self) -> str:
        return f"{self.token_id} {self.key}"
