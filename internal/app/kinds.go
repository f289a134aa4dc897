package app

import (
	"heed/internal/concern"
	"heed/internal/room"
)

// Kinds are all kinds of record: the concern, whose pages and rules are its own, and Rooms: for what is asked
// without an installation.
func Kinds() []*room.Room { return append([]*room.Room{concern.Room()}, Rooms()...) }
