"""The incidents page works in the room of requests."""

from tests.ui.requests.conftest import room, room_of

__all__ = ["room", "room_of"]
