"""Jobs: programs in the queue, kept through crashes."""
