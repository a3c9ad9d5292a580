"""Catalog, lexical index, vectors and the embedder."""
