"""Everything that imports torch, and the making of what is trained on and shipped."""
