"""Code of the user's own: one Python file each, in a folder of providers, forges and deployers."""
