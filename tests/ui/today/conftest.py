from tests.ui.requests.conftest import room, room_of, shown

__all__ = ["room", "room_of", "shown"]
