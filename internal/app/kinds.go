package app

import (
	"heed/internal/concern"
	"heed/internal/room"
)

// Kinds are Rooms and the concern, whose pages and rules are its own: for what is asked
// without an installation.
func Kinds() []*room.Room { return append(Rooms(), concern.Room()) }
