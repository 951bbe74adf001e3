"""The hosted service: settings, composition root, health, metrics and logging."""
