"""The prompts of an evaluation as plain text in lists/: things that training sees, and things that it never sees."""
