"""Which steps a type of fraise needs. Pure: an environment and what was observed become a list of steps."""
