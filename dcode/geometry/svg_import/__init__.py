"""SVG to drawings: what it says is drawn, as polylines in mm. `read_svg` in read.py is the door."""
