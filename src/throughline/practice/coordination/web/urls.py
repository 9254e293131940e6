"""Addresses of coordination."""

from django.urls import path

from throughline.practice.coordination.web import (
    appointment_urls,
    closing,
    delegation,
    editing,
    listing_urls,
    messages,
    referrals,
    rounds_urls,
    team,
)

app_name = "coordination"
TEAM = [
    path("p/<uuid:patient_id>/team/", team.team, name="team"),
    path("p/<uuid:patient_id>/team/find/", team.find, name="find-member"),
    path("p/<uuid:patient_id>/team/add/", team.add, name="add-member"),
    path("p/<uuid:patient_id>/team/adopt/", team.adopt, name="adopt-outside"),
    path("team-member/<uuid:member_id>/", team.member, name="member"),
    path("team-member/<uuid:member_id>/change/", editing.member, name="change-member"),
    path("team-member/<uuid:member_id>/sharing/", team.decide, name="decide-sharing"),
    path("team-member/<uuid:member_id>/end/", team.end, name="end-member"),
    path("team-member/<uuid:member_id>/undo/", team.undo, name="undo-member"),
    path("team-member/<uuid:member_id>/share/", team.share, name="share-with-member"),
    path("team-member/<uuid:member_id>/contact/", team.contacted, name="note-contact"),
]
DELEGATION = [
    path("delegated/", delegation.delegated, name="delegated"),
    path("task/<uuid:task_id>/hand-on/", delegation.hand_on, name="hand-on"),
]
MESSAGES = [
    path("messages/", messages.mine, name="messages"),
    path("messages/unread/", messages.unread, name="unread"),
    path("p/<uuid:patient_id>/messages/", messages.of_patient, name="patient-messages"),
    path("conversation/<uuid:conversation_id>/", messages.conversation, name="conversation"),
    path("message/<uuid:message_id>/take-back/", messages.take_back, name="take-back-message"),
]
CLOSING = [path("case/<uuid:case_id>/closing/", closing.close, name="close-case")]
REFERRALS = [
    path("referrals/", referrals.board, name="referrals"),
    path("p/<uuid:patient_id>/refer/", referrals.refer, name="refer"),
    path("need/<uuid:need_id>/refer/", referrals.refer_need, name="refer-need"),
    path("referral-out/<uuid:referral_out_id>/", referrals.referral, name="referral-out"),
    path("referral-out/<uuid:referral_out_id>/edit/", editing.referral, name="edit-referral"),
    path("referral-out/<uuid:referral_out_id>/packet/", referrals.packet, name="packet"),
    path("referral-out/<uuid:referral_out_id>/keep/", referrals.keep, name="keep-packet"),
    path("referral-out/<uuid:referral_out_id>/send/", referrals.send, name="send-referral"),
    path("referral-out/<uuid:referral_out_id>/move/", referrals.move, name="move-referral"),
    path("referral-out/<uuid:referral_out_id>/patient/", referrals.acted, name="patient-acted"),
    path("referral-out/<uuid:referral_out_id>/undo/", referrals.undo, name="undo-referral"),
]
urlpatterns = [*TEAM, *CLOSING, *REFERRALS, *MESSAGES, *DELEGATION]
urlpatterns += [*appointment_urls.urlpatterns, *rounds_urls.urlpatterns, *listing_urls.urlpatterns]
