"""The ASGI application of one process: pages, live streams, alarm clock and bell on one database."""

from cyberready.app import build, frame_source
from cyberready.platform.context import NAME, Context
from cyberready.platform.live.bell import Bell
from cyberready.platform.live.door import Door
from cyberready.platform.live.hub import Hub
from cyberready.platform.mail.smtp import Sender
from cyberready.settings import Settings


def create(settings: Settings, *, pages: bool = True, live: bool = True) -> Door:
    """Return the application; a process without *pages* leaves due work to the processes that have them."""
    app = build(settings)
    context: Context = app.extensions[NAME]
    hub = bell = None
    if live:
        hub = Hub(
            secret_key=settings.secret_key,
            source=frame_source(app),
            clock=context.clock,
            writer=settings.live_writer,
        )
        bell = Bell(context.database, hub.ring, hub.ring_all)
    sender = Sender(settings, context.database, context.clock)
    return Door(
        pages=app.wsgi_app if pages else None,
        hub=hub,
        bell=bell,
        beginning=(context.alarm.start, sender.start) if pages else (),
        ending=(context.alarm.stop, sender.stop, context.workers.close, context.database.close),
    )
