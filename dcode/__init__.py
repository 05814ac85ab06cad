"""dcode: a plotter controller, and the only one you can ask for a horse."""

__version__ = "0.1.0"
