"""Intake takes a referral from wherever it comes, once: finds or registers the patient, holds the programme's criteria
against the facts, explains, and hands an enrolled case to whoever will own it, or declines with a coded reason."""
