"""Throughline: case management for registered nurses. Four wings, each standing on the one below."""
