"""People and programs are told what happens: Slack, Discord, signed JSON over HTTP, and whatever apprise reaches."""
