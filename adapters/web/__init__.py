"""What a browser gets: the service's own pages, and how the service deals with HTTP clients."""
