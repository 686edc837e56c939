"""The booth's touch front end: draws the view it is sent, returns intents.

It decides nothing and stores nothing. No asyncio, no numpy, no widgets: Qt's own event loop.
"""
