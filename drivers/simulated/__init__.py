"""Devices as peers on a real pty, with a journal of what they said and faults on demand."""
