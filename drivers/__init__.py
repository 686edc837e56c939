"""Measuring devices: bytes (`transport`), what they mean (`protocols`), models (`devices`).

`simulated` holds the same devices as peers on a real pty; only composition roots and tests may
import it.
"""
