"""What people asked and did not get, made ready for those who look after the answers."""
