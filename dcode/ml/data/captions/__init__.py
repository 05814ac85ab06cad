"""Captions for the pictures of a dataset: by a model that looks at them, or by the names of their folders."""
