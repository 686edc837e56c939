"""Documents from the event log, judged by a table of what FHIR R4 asks."""
