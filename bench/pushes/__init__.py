"""Signed pushes a second: ours beside fraisier 0.84.2, Debian's webhook, and a bare Starlette application."""
