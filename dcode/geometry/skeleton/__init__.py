"""Line drawings back to the lines that they were drawn with: `tracing.py` is the way, from pixels to strokes."""
