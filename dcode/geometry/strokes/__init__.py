"""Pictures to strokes: one algorithm a file, each with its own typed options.

`registry` names them all. A new one is a module with `Options` and `convert`, and a line in the registry.
"""
