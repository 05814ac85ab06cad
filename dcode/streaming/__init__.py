"""The sans-I/O sender: bytes and times in, bytes and events out."""
