"""The service that the demo deploys. Copied as files, never imported."""
