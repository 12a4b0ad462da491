"""`fraisier completion`: the script that makes a shell complete our words."""

from __future__ import annotations

import click

from fraisier.cli import terminal
from fraisier.cli.app import App
from fraisier.cli.door import door


@door(
    'eval "$(fraisier completion bash)"    # in ~/.bashrc',
    'eval "$(fraisier completion zsh)"     # in ~/.zshrc',
    "fraisier completion fish > ~/.config/fish/completions/fraisier.fish",
    name="completion",
    json=False,
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(app: App, shell: str) -> None:  # noqa: ARG001 - every command takes the App
    """Print the script that completes words in your shell."""
    from click.shell_completion import get_completion_class

    from fraisier.cli.main import root

    of_shell = get_completion_class(shell)
    if of_shell is not None:
        terminal.say(of_shell(root, {}, "fraisier", "_FRAISIER_COMPLETE").source().rstrip())
