"""How a name and a password become a user."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from anlao.office.organisations.models import User


class OfficeBackend(BaseBackend):
    """Checks passwords. Locks and what follows a failure are the sign-in page's operation."""

    def authenticate(
        self,
        request: HttpRequest | None,  # noqa: ARG002
        username: str | None = None,
        password: str | None = None,
        **_: Any,
    ) -> User | None:
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None or password is None:
            make_password(password)  # a stranger's name takes as long as a known one
            return None
        return user if user.check_password(password) else None

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()
