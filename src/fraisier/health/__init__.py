"""Is the new version well? Asking, waiting, retrying and judging; one file per type of check."""
