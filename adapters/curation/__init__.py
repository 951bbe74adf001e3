"""What curators do from a shell: read what was asked and not answered, and have changes proposed."""
