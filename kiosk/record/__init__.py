"""One folder a consultation, with its event log. The lock on the folder is the right to write."""
