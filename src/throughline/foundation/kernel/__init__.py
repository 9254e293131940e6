"""The kernel holds what every package speaks of: who acts, when, on whose record, under which code, and the
one wrapper every write goes through. It is pure: no Django, no database, no clock of its own."""
