"""Addresses of access. allauth's own pages (sign-in, second factor, password) live under /accounts/."""

from django.urls import include, path, re_path

from throughline.foundation.access.web import account, administration, emergency, review, timeouts

own = (
    [
        path("session/", timeouts.session, name="session"),
        path("session/sign-in/", timeouts.sign_in_again, name="sign-in-again"),
        path("session/back/", timeouts.session_back, name="session-back"),
        path("account/", account.account, name="account"),
        path("account/settings/", account.settings, name="settings"),
        path("break-glass/<uuid:patient_id>/", emergency.break_glass, name="break-glass"),
        path("access-review/", review.openings, name="review"),
        path("access-review/openings/<uuid:break_glass_id>/", review.opening, name="review-opening"),
        path("access-review/audit/", review.audit, name="audit"),
        re_path(r"^access-review/audit\.(?P<kind>csv|ndjson)$", review.export, name="export-audit"),
        path("administration/users/", administration.users, name="users"),
        path("administration/users/new/", administration.new_user, name="new-user"),
        path("administration/users/<uuid:user_id>/", administration.user, name="user"),
        path("administration/users/<uuid:user_id>/grant/", administration.grant_role, name="grant-role"),
        path("administration/users/<uuid:user_id>/revoke/", administration.revoke_role, name="revoke-role"),
        path("administration/users/<uuid:user_id>/close/", administration.close_account, name="close-account"),
        path("administration/users/<uuid:user_id>/reopen/", administration.reopen_account, name="reopen-account"),
        path("administration/sites/", administration.sites, name="sites"),
        path("administration/sites/<uuid:site_id>/", administration.site, name="site"),
        path("administration/sites/<uuid:site_id>/teams/", administration.new_team, name="new-team"),
        path("administration/teams/<uuid:team_id>/join/", administration.join_team, name="join-team"),
        path("administration/teams/<uuid:team_id>/leave/", administration.leave_team, name="leave-team"),
    ],
    "access",
)

urlpatterns = [
    path("", include(own)),
    # An address is changed by an administrator: single sign-on finds the account by it.
    path("accounts/email/", account.no_such_page),
    path("accounts/", include("allauth.urls")),
]
