"""The tables of coordination, a file for each of its nouns."""

from throughline.practice.coordination.models.team import TeamMember, TeamStep

__all__ = ["TeamMember", "TeamStep"]
