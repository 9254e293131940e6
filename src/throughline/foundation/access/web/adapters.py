"""Where allauth asks us: nobody signs up, every sign-in and every failure is on file, secrets are kept encrypted."""

import base64
import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.base.constants import AuthError
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from throughline.foundation.audit.writing import write_entry
from throughline.foundation.kernel.actor import Actor

if TYPE_CHECKING:
    import requests


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
        _note("access.sign-in-failed", Actor(user_id=None, name=str(sociallogin.user.email)[:100]), why="no account")
        return False

    def on_authentication_error(self, request: HttpRequest, provider: Any, **found: Any) -> None:
        """Write the failed try down and send her back to the sign-in page with the reason in words."""
        cancelled = found.get("error") == AuthError.CANCELLED
        why = "cancelled there" if cancelled else type(found.get("exception")).__name__
        _note("access.sign-in-failed", Actor(user_id=None, name=provider.name), why=why)
        raise self._back(
            gettext("You cancelled the sign-in there. Sign in with your password or passkey, or try again.")
            if cancelled
            else gettext("That sign-in did not prove who you are. Begin again from this page; if it stays so, tell IT.")
        )

    def get_requests_session(self) -> "requests.Session":
        """Return a session whose unanswered requests end on the sign-in page, not in a fault."""
        import requests  # only where single sign-on is used: it holds megabytes

        session: requests.Session = super().get_requests_session()
        ask = session.request

        def request(*args: Any, **kwargs: Any) -> requests.Response:
            try:
                answer = ask(*args, **kwargs)
                if answer.status_code >= requests.codes.internal_server_error:
                    answer.raise_for_status()
            except requests.RequestException as silent:
                _note("access.sign-in-failed", Actor(user_id=None, name="single sign-on"), why=type(silent).__name__)
                raise self._back(
                    gettext("The hospital's sign-in does not answer. Use your password or passkey, or try again later.")
                ) from silent
            return answer

        session.request = request  # type: ignore[method-assign]
        return session

    def _back(self, words: str) -> ImmediateHttpResponse:
        messages.error(self.request, words)
        return ImmediateHttpResponse(redirect("account_login"))


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth carries no types
    """Second factors. Their secrets are encrypted with a key made from the installation's secret key."""

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return how a passkey names us: the browser shows the product's name, the host binds the key."""
        return {**super().get_public_key_credential_rp_entity(), "name": "Throughline"}

    def encrypt(self, text: str) -> str:
        """Return the text as it is stored."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return what was stored, in plain. Raises InvalidToken when the secret key has changed."""
        return _cipher().decrypt(encrypted_text.encode()).decode()


def _cipher() -> Fernet:
    key = hashlib.scrypt(settings.SECRET_KEY.encode(), salt=b"throughline second factor", n=2**12, r=8, p=1, dklen=32)
    return Fernet(base64.urlsafe_b64encode(key))
