"""The booth's touch front end: draws the view it is sent, returns intents.

It decides nothing and stores nothing. No asyncio, no numpy, no widgets: Qt's own event loop.
"""

import os

# Qt lists on stderr each optional library it does without, as soon as it is imported; what a
# person must read there is to stand alone.
os.environ.setdefault("QT_LOGGING_RULES", "qt.multimedia.symbolsresolver*=false")
