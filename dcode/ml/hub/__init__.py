"""Finished models and datasets on the hub: which files of a folder go there, the card, and the upload."""
