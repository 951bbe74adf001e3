"""What framework-bot knows: curated content, its model, its loader and its checks."""
