"""A first fraises.yaml: what an application's folder tells about it, and the file that says so."""
