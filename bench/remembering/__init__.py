"""Stores filled with what is remembered of finished events, by the product's own steps."""
