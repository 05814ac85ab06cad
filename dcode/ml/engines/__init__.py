"""The engines that need torch, one module each; `engine()` in it makes the Engine. Weights wait for the first drawing.

Their names, what they need and who stands in for them: dcode.generation.engines, so that a worker without torch knows
them too and can say what is missing. It imports a module here only when its engine is first asked for.
"""
