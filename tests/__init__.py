"""The suite. It mirrors the packages; tests/e2e drives the whole."""
