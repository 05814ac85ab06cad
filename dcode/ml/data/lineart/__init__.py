"""The line-art library in the making: openly licensed icons to captioned strokes. scripts/build_library.py runs it."""
