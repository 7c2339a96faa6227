"""Articles in, immutable snapshot out."""
