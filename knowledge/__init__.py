"""The knowledge base: curated content, its model, loader, checks, import and export."""
