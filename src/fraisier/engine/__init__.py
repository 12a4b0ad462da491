"""One deployment from start to end: what is observed becomes a plan, the plan a journal, the journal an outcome."""
