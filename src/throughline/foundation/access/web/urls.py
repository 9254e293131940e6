"""Addresses of access. allauth's own pages (sign-in, second factor, password) live under /accounts/."""

from django.urls import include, path

from throughline.foundation.access.web import account, timeouts

own = (
    [
        path("session/", timeouts.session, name="session"),
        path("session/back/", timeouts.session_back, name="session-back"),
        path("account/", account.account, name="account"),
    ],
    "access",
)

urlpatterns = [
    path("", include(own)),
    # An address is changed by an administrator: single sign-on finds the account by it.
    path("accounts/email/", account.no_such_page),
    path("accounts/", include("allauth.urls")),
]
