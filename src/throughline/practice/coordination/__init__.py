"""Coordination: everyone who cares for her works as one team. Who they are and what they may know, the appointments
and whether they were kept, referrals until their answer is back, messages where the need is, and rounds whose
decisions are actions at once."""
