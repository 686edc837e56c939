"""The booth's end of the clinic plane."""
