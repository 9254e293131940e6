"""The record: the spine that all work hangs on, and the only tables others may join."""
