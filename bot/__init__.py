"""How a question becomes an answer, on no platform in particular."""
