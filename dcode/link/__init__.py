"""The only bytes that move: serial ports, sockets, and the loop that feeds a sender."""
