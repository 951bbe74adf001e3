"""Discord: events into questions, replies into Components V2."""
