"""The event log and its folders, by a hostile stranger."""
