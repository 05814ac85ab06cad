"""Shapes on paper: millimetres, y up. Knows nothing of G-code or machines."""
