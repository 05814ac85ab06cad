"""Training: one loop (loop.py), and for each kind of model a task that gives it batches."""
