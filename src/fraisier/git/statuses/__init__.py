"""Deployments as statuses of their commits, on forges that have them and a token for it."""
