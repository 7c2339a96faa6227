"""The domain: articles, Markdown, configuration, errors and the command line."""

__version__ = "0.1.0"
