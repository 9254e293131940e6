"""Where allauth asks us: nobody signs up, every sign-in and every failure is on file, secrets are kept encrypted."""

import base64
import hashlib
from datetime import UTC, datetime
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from throughline.foundation.audit.writing import write_entry
from throughline.foundation.kernel.actor import Actor


def _note(name: str, by: Actor, **detail: str) -> None:
    write_entry(kind="sign-in", name=name, by=by, at=datetime.now(UTC), site_id=None, patient_id=None, detail=detail)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """Accounts by password, code or passkey."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: administrators make accounts."""
        return False

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """Write the sign-in down and start counting the session's life."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        _note("access.sign-in", Actor(user_id=user.id, name=str(user)), address=self.get_client_ip(request))
        return response

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Write a failed try down, under the name that was typed."""
        typed = str(credentials.get("username") or credentials.get("email") or "")[:100]
        _note("access.sign-in-failed", Actor(user_id=None, name=typed), address=self.get_client_ip(request))


class SingleSignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """Accounts that sign in at the hospital's own provider."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Return False: the provider proves who she is; an administrator decides whether she has an account."""
        return False


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth carries no types
    """Second factors. Their secrets are encrypted with a key made from the installation's secret key."""

    def encrypt(self, text: str) -> str:
        """Return the text as it is stored."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return what was stored, in plain. Raises InvalidToken when the secret key has changed."""
        return _cipher().decrypt(encrypted_text.encode()).decode()


def _cipher() -> Fernet:
    key = hashlib.scrypt(settings.SECRET_KEY.encode(), salt=b"throughline second factor", n=2**12, r=8, p=1, dklen=32)
    return Fernet(base64.urlsafe_b64encode(key))
