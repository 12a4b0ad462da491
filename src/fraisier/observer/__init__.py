"""Takes requests from lanes, holds leases, sees deployments through to their end."""
