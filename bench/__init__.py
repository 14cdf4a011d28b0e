"""Figures, each beside what a user would have otherwise. Nothing here fails a build."""
