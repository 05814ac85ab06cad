"""Drawing from a prompt without torch: the worker process and who looks after it."""
