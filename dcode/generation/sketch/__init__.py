"""What ships and draws without torch: the line-art library, the word table, the stroke decoder. numpy only."""
