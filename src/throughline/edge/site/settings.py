"""Django's settings. Everything a deployment may choose comes from the environment; `throughline doctor` says what a
production setting still lacks."""

import os
from pathlib import Path
from typing import Any

import environ

from throughline.edge.site.database import database_settings
from throughline.edge.site.postgres import place
from throughline.edge.site.single_sign_on import single_sign_on

env = environ.Env()
PACKAGE = Path(__file__).resolve().parents[2]

DEMO_SECRET = "demo-only-secret-that-doctor-complains-about"
SECRET_KEY = env("THROUGHLINE_SECRET_KEY", default=DEMO_SECRET)
DEBUG = env.bool("THROUGHLINE_DEBUG", default=False)
ALLOWED_HOSTS = env.list("THROUGHLINE_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("THROUGHLINE_ORIGINS", default=[])
BEHIND_TLS_PROXY = env.bool("THROUGHLINE_BEHIND_TLS_PROXY", default=False)

# In the order of architecture §1: a later package may hold keys into an earlier one.
CAPABILITIES = [
    "throughline.foundation.ui",
    "throughline.foundation.journal",
    "throughline.foundation.audit",
    "throughline.foundation.access.apps.AccessConfig",
    "throughline.foundation.drafts",
    "throughline.record.people",
    "throughline.record.chart",
    "throughline.record.cases",
    "throughline.record.contacts",
    "throughline.record.tasks",
    "throughline.record.documents",
    "throughline.record.clocks",
    "throughline.practice.caseload",
    "throughline.practice.intake",
    "throughline.practice.assessment",
    "throughline.practice.careplan",
    "throughline.practice.coordination",
    "throughline.practice.resources",
    "throughline.practice.monitoring",
    "throughline.practice.coverage",
    "throughline.practice.advocacy",
    "throughline.practice.discharge",
    "throughline.practice.billing",
    "throughline.practice.review",
    "throughline.edge.desk",
    "throughline.edge.portal",
    "throughline.edge.interop",
    "throughline.edge.analytics",
    "throughline.edge.wiring.apps.WiringConfig",
]


def _exists(dotted: str) -> bool:
    path = PACKAGE.joinpath(*dotted.split(".apps.")[0].split(".")[1:])
    return (path / "__init__.py").is_file()


INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "django_htmx",
    *[dotted for dotted in CAPABILITIES if _exists(dotted)],
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "throughline.foundation.access.web.timeouts.SessionLimits",
    "throughline.foundation.drafts.web.middleware.Drafts",
    "throughline.foundation.ui.web.addressing.Addressing",
]

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

ROOT_URLCONF = "throughline.edge.site.urls"
WSGI_APPLICATION = "throughline.edge.site.wsgi.application"

_LOADERS: list[Any] = [
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
if not DEBUG:
    _LOADERS = [("django.template.loaders.cached.Loader", _LOADERS)]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Every package keeps its templates beside its views: <package>/web/templates/<package>/.
        "DIRS": sorted(str(folder) for folder in PACKAGE.glob("*/*/web/templates")),
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "throughline.foundation.ui.appearance.appearance",
            ],
            "loaders": [("template_partials.loader.Loader", _LOADERS)],
            "builtins": ["template_partials.templatetags.partials"],
        },
    }
]

DATABASES = {"default": database_settings()}
DATABASES["default"]["CONN_MAX_AGE"] = env.int("THROUGHLINE_CONNECTION_AGE", default=600)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = ["throughline.foundation.access.signed_in.Accounts"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/accounts/login/"

# Sign-in (docs/howto/sign-in.md). Accounts are made by administrators; nobody signs up.
ACCOUNT_ADAPTER = "throughline.foundation.access.web.adapters.AccountAdapter"
ACCOUNT_FORMS = {"login": "throughline.foundation.access.web.sign_in_forms.SignInForm"}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Throughline: "
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "20/m/ip,5/m/key",
    "reauthenticate": "10/m/user",
    "shared_link": "60/m/ip",
}
# How many proxies in front of the server are ours: the address a rate limit counts is the one the outermost saw.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("THROUGHLINE_PROXIES", default=0)
MFA_ADAPTER = "throughline.foundation.access.web.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Throughline"
MFA_TOTP_TOLERANCE = 1
# Browsers allow passkeys over plain HTTP on localhost only.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not BEHIND_TLS_PROXY
SOCIALACCOUNT_ADAPTER = "throughline.foundation.access.web.adapters.SingleSignOnAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS = single_sign_on(env)
USERSESSIONS_TRACK_ACTIVITY = False
SECOND_FACTOR_REQUIRED = env.bool("THROUGHLINE_SECOND_FACTOR", default=False)
IDLE_MINUTES = env.int("THROUGHLINE_IDLE_MINUTES", default=15)
SESSION_ENGINE = "throughline.foundation.access.signed_in"
SESSION_HOURS = env.int("THROUGHLINE_SESSION_HOURS", default=12)
SESSION_COOKIE_AGE = SESSION_HOURS * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# Rate limits must count over all workers, so the cache they count in is a table.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "access_cache"}}

DEFAULT_FROM_EMAIL = env("THROUGHLINE_EMAIL_FROM", default="throughline@localhost")
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)

LANGUAGE_CODE = "en-us"
LANGUAGES = [("en", "English"), ("es", "Español")]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = place.place().home / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True

SELF = "'self'"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
if BEHIND_TLS_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 31536000

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": os.environ.get("THROUGHLINE_LOG_LEVEL", "WARNING")},
}
