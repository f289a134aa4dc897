package concern

import "heed/internal/process"

// The lists that something here names. Those of a team but ListAll are tabs of the lead's inbox,
// and so is what is kept.
const (
	ListAll   = "all"   // newest first
	ListDue   = "due"   // open, what is due first on top
	ListOwn   = "own"   // the actor's own, newest first
	ListMine  = "owned" // what the actor has been given, what is due first on top
	listGlass = "glass" // reasons given: for those who are told of them
	listLate  = "late"  // what has been overdue for a day, of the list due: likewise
)

// Inbox are the lists of the lead's inbox, each a tab.
func (d *Desk) Inbox() (out []process.List) {
	for _, l := range d.Room.Latest().Lists {
		if l.Of == "team" && l.ID != ListAll || l.Kept {
			out = append(out, l)
		}
	}
	return out
}
