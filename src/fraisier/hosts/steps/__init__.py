"""The step kinds of host-like targets. Importing this package registers them all."""

from fraisier.hosts.steps import (
    build_release,
    prepare_folder,
    prune_releases,
    refresh_release,
    run_in_release,
    stage_release,
    switch_release,
    update_tree,
)

__all__ = [
    "build_release",
    "prepare_folder",
    "prune_releases",
    "refresh_release",
    "run_in_release",
    "stage_release",
    "switch_release",
    "update_tree",
]
