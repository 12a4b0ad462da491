"""Real hosts on this machine: Debian with systemd and sshd, each with an address of its own.

A root file system is made once and kept; a host is an overlay over it, a network namespace, and
`systemd-nspawn --boot`. `python -m tests.hosts` brings them up and down.
"""
