"""The step kinds of releases that Compose runs. Importing this package registers them all."""

from fraisier.hosts.compose.steps import (
    make_images,
    prune_project,
    push_images,
    refresh_project,
    stage_project,
    switch_project,
)

__all__ = [
    "make_images",
    "prune_project",
    "push_images",
    "refresh_project",
    "stage_project",
    "switch_project",
]
