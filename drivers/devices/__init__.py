"""One file a model: how to recognise it, protocol, settings, quirks, advice; and its session."""
