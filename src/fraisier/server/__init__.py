"""What machines call: webhooks, liveness, readiness. Stores first, answers then, and never waits for a deployment."""
