"""Where a fraise runs. One folder per kind of target, one registration each; they never import each other."""
