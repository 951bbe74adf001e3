"""What a workspace teaches: its own answers on top of the shipped knowledge."""
