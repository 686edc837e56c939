"""Bytes in and out, no parsing. Each transport says who is missing, busy or gone."""
