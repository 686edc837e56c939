"""Measurements of the software, run by `./cabine bench`: one module each, with `async def run`."""
