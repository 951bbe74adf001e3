"""What an operator does beside the running service: forget people and places, look after keys."""
