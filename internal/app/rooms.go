package app

import (
	"slices"

	"heed/internal/policy"
	"heed/internal/room"
)

// Rooms are all kinds of record: the one list that everything walks.
func Rooms() []*room.Room {
	return append([]*room.Room{policy.Room()}, beside...)
}

var beside []*room.Room // see TestOnlyRoom

// TestOnlyRoom has every installation of this process have one more kind of record.
func TestOnlyRoom(r *room.Room) {
	if !slices.ContainsFunc(beside, func(x *room.Room) bool { return x.Name == r.Name }) {
		beside = append(beside, r)
	}
}
