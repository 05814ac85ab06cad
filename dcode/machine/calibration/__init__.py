"""Calibration as conversations: guides that a client shows and the daemon carries out."""
