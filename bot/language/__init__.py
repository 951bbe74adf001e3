"""Language: text normalisation, vocabulary, spelling correction and query parsing."""
