"""One pure module a protocol: bytes -> frames -> values. No I/O, no clock, no exception."""
