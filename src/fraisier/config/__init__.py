"""fraises.yaml becomes frozen objects. One small file per section; every error names file, line and column."""
