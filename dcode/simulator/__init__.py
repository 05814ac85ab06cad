"""A plotter that answers like the real firmwares, on a pseudo-terminal."""
