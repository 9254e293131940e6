"""How a deadline is counted: moments, calendars, steps of counting, and the state of a clock; pure functions.

`engine` holds `due_at`, `state`, `next_look_at` and `explain`; `catalogue` gives the rules of the library.
"""
