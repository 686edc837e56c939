"""Value and message types that two or more parts share. A leaf: it imports nothing of ours.

Everything here is a frozen msgspec struct, strict when decoded (an unknown tag, a missing
field or a wrong type is an error). The doctor page's TypeScript types are generated from
these (`./cabine contracts`) and compared in CI.
"""
