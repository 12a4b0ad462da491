"""Carrying commands and files to machines: one way for each kind of distance, and one redaction sink."""
