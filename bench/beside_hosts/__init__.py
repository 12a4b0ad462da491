"""The same work on the same hosts by others: a bare asyncssh script, fabric, pyinfra and ansible-core."""
