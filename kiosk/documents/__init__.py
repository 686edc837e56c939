"""Documents: pure projections of the event log. The same log gives the same bytes, always."""
