"""The G-code language: parse, interpret, write. Pure: no clock, no I/O."""
