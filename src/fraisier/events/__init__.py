"""What happened reaches whoever wants to know: the outbox is read by one relay, which feeds every consumer in order."""
