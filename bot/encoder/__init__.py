"""A small sentence encoder next to the fuzzy index: what a message means where its words are others."""
