"""Django settings. What differs between offices stands in the data folder, not here."""

from __future__ import annotations

import os
from pathlib import Path

from anlao.office.database import logins
from anlao.office.database.folder import default_folder
from anlao.office.project import proxy

OFFICE = Path(__file__).resolve().parents[1]
DATA = default_folder()
_SECRETS = DATA.secrets()

SECRET_KEY = _SECRETS["django"]
SCOPE_KEY = _SECRETS["scope"]
AUDIT_KEY = _SECRETS["audit"]
DEBUG = False
# Only the loopback address is served; a proxy in front is declared in the environment.
PROXY = proxy.of_environment(os.environ)
ALLOWED_HOSTS = [*proxy.LOOPBACK, *PROXY.hosts]
CSRF_TRUSTED_ORIGINS = list(PROXY.origins)
SECURE_PROXY_SSL_HEADER = PROXY.says_https
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PROXY.by_tls
SECURE_HSTS_SECONDS = proxy.YEAR if PROXY.by_tls else 0

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    "anlao.office.shared",
    "anlao.office.divisions",
    "anlao.office.jobs",
    "anlao.office.organisations",
    "anlao.office.registry",
    "anlao.office.registry.imports",
    "anlao.office.assessments",
    "anlao.office.subjects",
    "anlao.office.facilities",
    "anlao.office.workforce",
    "anlao.office.benefits",
    "anlao.office.cases",
    "anlao.office.payments",
    "anlao.office.messages",
    "anlao.office.service_list",
    "anlao.office.disclosure",
    "anlao.office.citizens",
    "anlao.office.journeys",
    "anlao.office.worklists",
    "anlao.office.interfaces.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "anlao.office.interfaces.api.gate.gate",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "anlao.office.interfaces.web.middleware.content_security",
    "anlao.office.interfaces.web.middleware.signed_in",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "anlao.office.project.transactions.one_transaction",
]
ROOT_URLCONF = "anlao.office.project.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "anlao.office.interfaces.web.context.page",
            ],
            "builtins": ["anlao.office.interfaces.web.templatetags.words"],
        },
    }
]

DATABASES = {
    alias: {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 60 if alias == "default" else 0,
        **address,
    }
    for alias, address in logins.addresses(DATA).items()
}
DATABASE_ROUTERS: list[str] = []
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

PROCRASTINATE_IMPORT_PATHS = [
    "anlao.office.interfaces.tasks.nightly",
    "anlao.office.interfaces.tasks.rescue",
    "anlao.office.interfaces.tasks.assessments",
    "anlao.office.interfaces.tasks.deaths",
    "anlao.office.interfaces.tasks.cases",
    "anlao.office.interfaces.tasks.messages",
    "anlao.office.interfaces.tasks.books",
    "anlao.office.interfaces.tasks.disclosing",
    "anlao.office.interfaces.tasks.sessions",
    "anlao.office.interfaces.tasks.running",
]

AUTH_USER_MODEL = "organisations.User"
AUTHENTICATION_BACKENDS = ["anlao.office.organisations.backend.OfficeBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "web:sign-in"

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 86_400
"""A session that was not used for a day is cleared; one left alone opens nothing much earlier."""
IDLE_MINUTES = 30
"""A page left alone for so long asks for the password again."""
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"

# Whoever runs the office sees errors where it was started; nothing of it goes to a browser.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["stderr"], "level": "ERROR"},
}

LANGUAGE_CODE = "zh-hans"
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
STATIC_URL = "/static/"
STORAGES = {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
}
WHITENOISE_USE_FINDERS = True
