"""The daemon: sole owner of the plotter, the queue and machine.json."""
