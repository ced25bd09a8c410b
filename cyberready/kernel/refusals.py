"""The four ways to say no: each is a sentence for the user."""


class Refused(Exception):  # noqa: N818 -- a refusal is an answer, not a malfunction
    """A request that cannot be carried out, with the sentence the user reads.

    ``sentence`` is an English message id with ``%(name)s`` places; the edge translates it and fills in ``values``.
    """

    status = 422

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.values = values

    def __str__(self) -> str:
        return self.sentence % self.values if self.values else self.sentence


class NotFound(Refused):
    """What was asked for does not exist, or not for this organisation."""

    status = 404


class Forbidden(Refused):
    """The person is known, but may not do this."""

    status = 403


class Conflict(Refused):
    """Somebody or something was there first."""

    status = 409
