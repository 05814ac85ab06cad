"""A page to try drawing on: a prompt, its preview, and files to take away. Nothing here can reach a plotter."""
