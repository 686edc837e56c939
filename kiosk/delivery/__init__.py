"""Delivery: finished consultations go to their sinks, exactly once, and then leave the booth.

The scheduler lives always and holds no patient datum: it knows folder names. A worker lives for
one consultation's turn.
"""
