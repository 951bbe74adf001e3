"""The forms in which knowledge leaves and comes back: YAML folders, JSON documents, CSV and TSV tables."""
