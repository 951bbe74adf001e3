"""What curators are told once a week, on whichever platform they are."""
