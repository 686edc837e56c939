"""Tests of the touch front end."""
