"""Fraisier takes a commit to a healthy, running service, and brings the last good one back by itself."""
