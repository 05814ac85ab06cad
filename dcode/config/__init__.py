"""Paths, settings and machine.json: what a user may set, checked once at the door."""
