"""Firmware dialects as data: what goes on the wire and what comes back. Pure: no clock, no I/O."""
