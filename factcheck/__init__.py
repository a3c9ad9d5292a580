"""factcheck: questions answered from your own articles, with citations that prove themselves."""

__version__ = "0.1.0"
