"""Django settings, read from the environment and the data directory only."""

import os
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.utils.translation import gettext_lazy as _

from rapport import __version__
from rapport.site import environment, secrets
from rapport.site.database import sqlite_options
from rapport.team.company import BadCompanySignIn, read_company

environment.refuse_unknown(os.environ)

env = environ.Env()
PACKAGE = Path(__file__).resolve().parent.parent
DATA = environment.data_directory()
VERSION = __version__
# `rapport demo` sets it for itself.
DEMO = False

DEBUG = env.bool("RAPPORT_DEBUG", default=False)
SECRET_KEY = secrets.secret_key(DATA)
ENCRYPTION_KEYS = secrets.encryption_keys(DATA)
VAPID_KEY = secrets.vapid_key(DATA)
BASE_URL = env.str("RAPPORT_BASE_URL", default="http://127.0.0.1:8000").rstrip("/")
TRANSCRIBER = env.str("RAPPORT_TRANSCRIBER", default="")
PRIVATE_HOSTS_ALLOWED = env.list("RAPPORT_ALLOWED_HOSTS", default=[])

# -- Where it answers ------------------------------------------------------------------------------
SECURE = BASE_URL.startswith("https://")
ALLOWED_HOSTS = [urlsplit(BASE_URL).hostname or "localhost", "127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME = "rapport_session"
SESSION_COOKIE_AGE = 30 * 24 * 3600
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
ROOT_URLCONF = "rapport.site.urls"
ASGI_APPLICATION = "rapport.site.asgi.application"

# -- Rooms, from the ground floor up ---------------------------------------------------------------
ROOMS = [
    "rapport.design",
    "rapport.backbone",
    "rapport.team",
    "rapport.customers",
    "rapport.sales",
    "rapport.conversations",
    "rapport.channels",
    "rapport.surveys",
    "rapport.portal",
    "rapport.routing",
    "rapport.automation",
    "rapport.exchange",
    "rapport.privacy",
    "rapport.workspace",
]
INSTALLED_APPS = [
    *ROOMS,
    "rapport.site",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "anymail",
    "django_cotton.apps.SimpleAppConfig",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "ninja",
]
CHANNEL_KINDS = [
    "rapport.channels.kinds.email.kind.Email",
    "rapport.channels.kinds.telegram.kind.Telegram",
    "rapport.channels.kinds.wechat.kind.WeChat",
    "rapport.channels.kinds.wecom.kind.WeCom",
    "rapport.channels.kinds.line.kind.Line",
    "rapport.channels.kinds.whatsapp.kind.WhatsApp",
    "rapport.channels.kinds.facebook.kind.Facebook",
    "rapport.channels.kinds.sms.kind.Sms",
    "rapport.channels.kinds.voice.kind.Voice",
    "rapport.channels.kinds.chat.kind.Chat",
    "rapport.channels.kinds.api.kind.Api",
    "rapport.channels.kinds.form.kind.ContactForm",
]

MOVE_IN_SOURCES = [
    "rapport.exchange.moving_in.sources.zendesk.Zendesk",
    "rapport.exchange.moving_in.sources.zendesk_file.ZendeskFile",
    "rapport.exchange.moving_in.sources.freshdesk.Freshdesk",
    "rapport.exchange.moving_in.sources.freshdesk_file.FreshdeskFile",
    "rapport.exchange.moving_in.sources.intercom.Intercom",
    "rapport.exchange.moving_in.sources.intercom_file.IntercomFile",
    "rapport.exchange.moving_in.sources.hubspot.HubSpot",
    "rapport.exchange.moving_in.sources.chatwoot.Chatwoot",
    "rapport.exchange.moving_in.sources.zammad.Zammad",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "rapport.team.middleware.AgentPreferences",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        # Colours and chart values travel in style attributes (--h, --v); they cannot load anything.
        "style-src-attr": [UNSAFE_INLINE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "media-src": [SELF, "blob:"],
        "frame-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

COTTON_DIR = "components"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "rapport.workspace.shell.shell",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django_cotton.cotton_loader.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "libraries": {"i18n": "rapport.design.templatetags.words"},
            "builtins": ["django_cotton.templatetags.cotton", "rapport.design.templatetags.design"],
        },
    }
]
# `i18n` is ours on purpose: Django's own with constants said faster.
SILENCED_SYSTEM_CHECKS = ["templates.W003"]
if DEBUG:
    TEMPLATES[0]["OPTIONS"]["loaders"] = TEMPLATES[0]["OPTIONS"]["loaders"][0][1]  # type: ignore[index]

# -- Database --------------------------------------------------------------------------------------
# A variable that is set to nothing counts as not set.
DATABASES = {"default": env.db_url_config(env.str("DATABASE_URL", "") or f"sqlite:///{DATA / 'rapport.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = sqlite_options()
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["CONN_MAX_AGE"] = None
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}

# -- Files -----------------------------------------------------------------------------------------
FILES_URL = env.str("RAPPORT_FILES_URL", default=f"file://{DATA / 'files'}")
STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "rapport.design.bundle.StylesheetFinder",
    "rapport.design.vega.VegaFinder",
    "rapport.workspace.editor.EditorFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(DATA / "files")}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "rapport.design.storage.StaticFiles"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# -- Language and time -----------------------------------------------------------------------------
LANGUAGE_CODE = env.str("RAPPORT_LANGUAGE", default="en")
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_TZ = True
TIME_ZONE = env.str("RAPPORT_TIME_ZONE", default="UTC")
FORMAT_MODULE_PATH = ["rapport.design.formats"]

# -- Sign-in ---------------------------------------------------------------------------------------
AUTH_USER_MODEL = "team.Agent"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "rapport.team.adapters.ClosedDoors"
SOCIALACCOUNT_ADAPTER = "rapport.team.adapters.CompanySignIn"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "rapport.team.queries.display_name"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_FORMS = {
    "login": "rapport.team.forms.SignInForm",
    "reset_password_from_key": "rapport.team.forms.NewPasswordForm",
    "change_password": "rapport.team.forms.OtherPasswordForm",
    "set_password": "rapport.team.forms.FirstPasswordForm",
}
MFA_FORMS = {"add_webauthn": "rapport.team.forms.PasskeyForm"}
ACCOUNT_RATE_LIMITS = {"login_failed": "20/5m/ip,5/5m/key"}
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
PASSWORD_RESET_TIMEOUT = 3600
# Where the owner goes on after the first run.
FIRST_RUN_NEXT = "/settings/channels/new/email/?first=1"
MFA_ADAPTER = "rapport.team.adapters.SecondFactors"
# Addresses are confirmed by the invitation or the company, never by allauth.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE
MFA_TOTP_ISSUER = "Rapport"

try:
    COMPANY_SIGN_IN = read_company(env.str("RAPPORT_OIDC", default=""))
except BadCompanySignIn as error:
    raise environment.UnknownSetting(str(error)) from error
SOCIALACCOUNT_PROVIDERS = COMPANY_SIGN_IN.as_providers() if COMPANY_SIGN_IN else {}
if COMPANY_SIGN_IN:
    # Browsers apply form-action to where a form is redirected, too.
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"].append(COMPANY_SIGN_IN.origin)

# -- Mail out when a mailbox brings no settings of its own -----------------------------------------
if env.str("EMAIL_URL", default=""):
    globals().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = "localhost", 25
EMAIL_TIMEOUT = 30
# Whether the installation itself can send: password links and notices to the people who work here.
MAIL_OUT = bool(env.str("EMAIL_URL", default=""))
_sender = globals().get("EMAIL_HOST_USER") or ""
DEFAULT_FROM_EMAIL = _sender if "@" in _sender else f"rapport@{urlsplit(BASE_URL).hostname or 'localhost'}"
SMTP_LISTEN = env.str("RAPPORT_SMTP_LISTEN", default="")
SMTP_CERTIFICATE = env.str("RAPPORT_SMTP_CERTIFICATE", default="")
SMTP_KEY = env.str("RAPPORT_SMTP_KEY", default="")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"httpx": {"level": "WARNING"}, "mail.log": {"level": "WARNING"}, "django.request": {"level": "ERROR"}},
}
