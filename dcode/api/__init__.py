"""The daemon's API: methods, events and framing, in one place."""
