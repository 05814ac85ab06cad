"""A drawing as a picture before any ink: SVG, PNG, GIF, and the array of pixels behind them."""
