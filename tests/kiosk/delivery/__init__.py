"""Delivery: exactly once, whatever dies."""
