"""Events on NATS JetStream: the server, ours or a remote one, and the consumer that publishes there."""
