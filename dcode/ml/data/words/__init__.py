"""The word table in the making: a sentence encoder distilled into vectors of words. scripts/build_words.py runs it."""
