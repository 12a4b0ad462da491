"""Containers on a host: one Compose project for each lane, from the files of a release and pinned images.

Every command is run by the `docker` of the user that Fraisier runs as there, in that user's own context.
"""
