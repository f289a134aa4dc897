package concern

import "heed/internal/room"

// Room is the room as the rooms' desk keeps it, for the test of its lists' plans.
func (d *Desk) Room() *room.Room { return d.room }
