"""What coordination writes, a file for each of its nouns. Every file is read here, so that each way of locating a
record is known before the first act."""

from throughline.practice.coordination.actions import appointments, messages, referrals, rounds, slots, team

__all__ = ["appointments", "messages", "referrals", "rounds", "slots", "team"]
