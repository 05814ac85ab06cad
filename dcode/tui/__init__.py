"""dcode-tui: the screen at the plotter. It knows the daemon's API, and nothing of the machine."""
