"""How a client finds the daemon and talks to it."""
