package app

import (
	"slices"

	"heed/internal/concern"
	"heed/internal/policy"
	"heed/internal/request"
	"heed/internal/room"
)

// Rooms are the kinds of record of which everything is made from their definitions: the list
// to which a new one is added.
func Rooms() []*room.Room {
	return append([]*room.Room{policy.Room(), request.Room()}, beside...)
}

// Kinds are all kinds of record: Rooms, and the concern, whose pages and rules are its own.
func Kinds() []*room.Room { return append([]*room.Room{concern.Room()}, Rooms()...) }

var beside []*room.Room // see TestOnlyRoom

// TestOnlyRoom has every installation of this process have one more kind of record.
func TestOnlyRoom(r *room.Room) {
	if !slices.ContainsFunc(beside, func(x *room.Room) bool { return x.Name == r.Name }) {
		beside = append(beside, r)
	}
}
