"""Whether the facts outside that claims rest on still hold: one client for each place that knows."""
