"""The tokenizer, the network in PyTorch, its training, and the figures measured on it."""
