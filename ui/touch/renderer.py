"""Whether a graphics processor draws, or the processor does its work."""

from __future__ import annotations

from PySide6.QtGui import QOffscreenSurface, QOpenGLContext

from ui.touch.errors import TouchError

GL_RENDERER = 0x1F01  # OpenGL 2.1 specification, table 6.36
_SOFTWARE = ("llvmpipe", "softpipe", "swrast", "software")


def renderer_name() -> str:
    """What OpenGL says of itself; "software" where there is no OpenGL at all."""
    surface = QOffscreenSurface()
    surface.create()
    context = QOpenGLContext()
    if not context.create() or not context.makeCurrent(surface):
        return "software"
    try:
        return str(context.functions().glGetString(GL_RENDERER))
    finally:
        context.doneCurrent()


def refuse_software() -> None:
    """Raise `TouchError` where the processor would have to draw: too slow to see a doctor."""
    name = renderer_name()
    if any(word in name.lower() for word in _SOFTWARE):
        raise TouchError(
            f"no graphics processor draws here (OpenGL says {name!r}): the doctor's picture would"
            " stutter. Install the graphics driver; or, on a machine that only demonstrates, set"
            " screen.allow_software_renderer = true in booth.toml"
        )
