"""Wiring is one table: when something happens in one capability, what else must happen in another."""
