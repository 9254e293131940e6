"""The practice: what the nurse does, one package a capability, in the order of the work."""
