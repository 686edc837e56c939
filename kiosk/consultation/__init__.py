"""One patient's process: journey, instruments, event log, link to the clinic. No Qt, no media."""
