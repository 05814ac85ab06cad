"""This machine, and whether a program is safe on it. Pure: no clock, no I/O."""
