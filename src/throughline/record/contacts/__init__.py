"""Contacts: each call, visit or message with a patient or for her, its outcome, its minutes, and every failed try."""
