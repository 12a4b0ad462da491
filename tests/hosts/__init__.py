"""Real hosts on this machine: Debian with systemd and sshd, each with an address of its own; and Docker engines.

A root file system is made once and kept; a host is an overlay over it, a network namespace, and
`systemd-nspawn --boot`. An engine has a folder and a network namespace (engine.py). `python -m tests.hosts` brings
them up and down.
"""
