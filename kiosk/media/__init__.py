"""The media process: sole owner of cameras, microphones and speakers, for one patient.

Takes orders from the consultation on `media.sock`, gives pictures to the front end on
`frames.sock`, and speaks WebRTC with the doctor's page. Stores nothing; nothing outlives it.
"""
