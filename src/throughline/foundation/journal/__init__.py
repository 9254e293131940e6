"""The journal is each case's append-only story. Publishing an event writes its line, calls the reactions that belong
to the same transaction, and puts the rest in the outbox, so that nothing announced is ever lost."""
