"""What can be wrong with the front end itself."""


class TouchError(Exception):
    """What happened, on what, and what a person can do."""


class PeerError(TouchError):
    """Someone else than this booth's own user is at the other end of a socket."""
