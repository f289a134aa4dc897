package app

import (
	"heed/internal/policy"
	"heed/internal/room"
)

// Rooms are all kinds of record: the one list that everything walks.
func Rooms() []*room.Room {
	return []*room.Room{policy.Room()}
}
