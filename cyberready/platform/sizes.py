"""How large what people send may be: the one place for everything that says or holds it."""

MEGABYTE = 1024 * 1024
UPLOAD = 20 * MEGABYTE  # a file
FORM = 10 * MEGABYTE  # what is typed in a form, together
REQUEST = UPLOAD + MEGABYTE  # a file in its form


def megabytes(size: int) -> int:
    """A limit as sentences say it."""
    return size // MEGABYTE
