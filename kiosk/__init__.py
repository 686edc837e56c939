"""The booth: what runs in the cabin for a patient."""
