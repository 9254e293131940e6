"""The tables of coordination, a file for each of its nouns."""

from throughline.practice.coordination.models.appointments import (
    Appointment,
    AppointmentTransition,
    CalendarFeed,
    Schedule,
    Slot,
)
from throughline.practice.coordination.models.messages import Conversation, Message, Participant
from throughline.practice.coordination.models.referrals import ReferralOut, ReferralStep
from throughline.practice.coordination.models.rounds import Conference, Round, RoundEntry
from throughline.practice.coordination.models.team import TeamMember, TeamStep

__all__ = [
    "Appointment",
    "AppointmentTransition",
    "CalendarFeed",
    "Conference",
    "Conversation",
    "Message",
    "Participant",
    "ReferralOut",
    "ReferralStep",
    "Round",
    "RoundEntry",
    "Schedule",
    "Slot",
    "TeamMember",
    "TeamStep",
]
