"""How well an engine draws: a fixed list of prompts, eight seeds each, and the metrics of the report."""
