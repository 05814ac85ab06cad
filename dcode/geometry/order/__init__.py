"""The best order of strokes: which comes when, in which direction, and where closed ones begin."""
