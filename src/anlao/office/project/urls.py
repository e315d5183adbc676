"""Where everything is."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("anlao.office.interfaces.api.urls")),
    path("", include("anlao.office.interfaces.web.urls")),
]
