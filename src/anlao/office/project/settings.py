"""Django settings. What differs between offices stands in the data folder, not here."""

from __future__ import annotations

from pathlib import Path

from anlao.office.database import logins
from anlao.office.database.folder import default_folder

OFFICE = Path(__file__).resolve().parents[1]
DATA = default_folder()
_SECRETS = DATA.secrets()

SECRET_KEY = _SECRETS["django"]
SCOPE_KEY = _SECRETS["scope"]
AUDIT_KEY = _SECRETS["audit"]
DEBUG = False
# Only the loopback address is served unless a proxy in front names others.
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]

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
    "anlao.office.organisations",
    "anlao.office.registry",
    "anlao.office.assessments",
    "anlao.office.benefits",
    "anlao.office.journeys",
    "anlao.office.interfaces.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "anlao.office.interfaces.web.middleware.content_security",
    "anlao.office.interfaces.web.middleware.signed_in",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
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
        "ATOMIC_REQUESTS": alias == "default",
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
