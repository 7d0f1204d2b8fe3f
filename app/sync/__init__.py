"""How replicas agree: journal, entries, apply, client, transport."""
