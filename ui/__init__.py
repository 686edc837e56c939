"""What people look at: the booth's touchscreen and the doctor's page."""
