"""The pure decisions of the care plan: what a set of pathways proposes, where they clash, how a text reads.

Nothing here reads a clock or a database; content comes in as typed records."""
