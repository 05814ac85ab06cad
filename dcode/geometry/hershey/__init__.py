"""Single-line fonts: letters as a pen draws them. The data and its licence lie beside this file."""
