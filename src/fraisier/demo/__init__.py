"""`fraisier demo`: the whole path once, for real, in a folder of its own."""
