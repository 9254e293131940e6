"""The hospital's own sign-in (OpenID Connect), switched on by the environment."""

from typing import Any

import environ


def single_sign_on(env: environ.Env) -> dict[str, Any]:
    """Return allauth's provider settings; empty when THROUGHLINE_OIDC_URL is not set.

    The provider is trusted to have verified the e-mail address it names: that address finds the account.
    """
    url = env("THROUGHLINE_OIDC_URL", default="")
    if not url:
        return {}
    provider = {
        "provider_id": "hospital",
        "name": env("THROUGHLINE_OIDC_NAME", default="your hospital account"),
        "client_id": env("THROUGHLINE_OIDC_CLIENT_ID"),
        "secret": env("THROUGHLINE_OIDC_CLIENT_SECRET", default=""),
        "settings": {"server_url": url, "oauth_pkce_enabled": True, "verified_email": True},
    }
    return {"openid_connect": {"APPS": [provider]}}
