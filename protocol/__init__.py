"""The definition of what crosses a boundary, and the generator of both halves' types."""
