"""Deadlines: every legal and professional clock of a case, right, explained by its citation, and overridable.

The rules of counting are data in `content/clocks`; `rules` counts them without a database; the tables here
keep which clock runs for whom, what started, paused and met it, and every boundary it passed.
"""
