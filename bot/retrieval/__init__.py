"""Retrieval: the index, ranking, confidence and autocomplete."""
