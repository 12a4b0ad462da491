"""The frozen words everybody shares. Nothing here does I/O, and nothing here imports another room."""
