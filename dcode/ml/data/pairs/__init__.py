"""Pictures to pairs of picture and program: the datasets that decoders are trained on. Nothing here imports torch."""
