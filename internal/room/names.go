package room

import (
	"fmt"
	"maps"
	"slices"

	"heed/internal/process"
)

// What stands here keeps the names that a definition gives apart from those that the program
// itself gives: a step called as an action, an address or a step of the program's own would be
// allowed, shown or folded as that.

// ownActions are the actions that every room has besides its steps and lists, and what each is.
var ownActions = map[string]string{
	actView: "opens a record", actWork: "shows all of the work on it", actReaders: "shows who has opened it",
	actCount: "shows how many have confirmed reading", actName: "shows who has not", actLink: "ties it to another record",
	actFollow: "follows what somebody began", actOwn: "adds to it", actErase: "gives a word on which it is erased",
	actLocal: "takes a step that an organisation added", actReason: "opens it on a reason",
}

// ownPlaces are the addresses below a record's own that could be a step's.
var ownPlaces = map[string]string{
	"access": "says who has opened it", "reason": "asks why it is opened", "documents": "holds its documents",
	"steps": "holds the steps that an organisation added",
}

// ownKinds are the kinds of entry of readings and links, after the room's name.
var ownKinds = []string{kindViewed, kindReaders, kindListed, kindRefused, kindDocument, kindConfirmed, kindUnconfirmed,
	kindCounted, kindLinked, kindUnlinked, readOwn, ReadBars}

// clash says which name of a definition the program has given already, and to what; or "".
func (r *Room) clash(d *process.Definition) string {
	taken := map[string]string{}
	for name, does := range ownActions {
		taken[name] = fmt.Sprintf("is called %q, which is the action that %s: give it another name", name, does)
	}
	for _, l := range d.Lists {
		taken["list_"+l.ID] = fmt.Sprintf("is called %q, which is the action that reads the list %s: give it another name",
			"list_"+l.ID, l.ID)
	}
	groups := maps.Clone(taken)
	for name, does := range ownPlaces {
		taken[name] = fmt.Sprintf("is called %q, which is the address below a record's own that %s: give it another name",
			name, does)
	}
	for _, s := range d.AllSteps {
		groups[string(s.ID)] = fmt.Sprintf("is called %q, as a step is: who may do one could do the other, so give it "+
			"another name", s.ID)
	}
	for i, s := range d.AllSteps {
		at := fmt.Sprintf("steps[%d] (%s)", i+1, s.ID)
		switch {
		case taken[string(s.ID)] != "":
			return at + " " + taken[string(s.ID)]
		case groups[s.Group] != "":
			return at + ".group " + groups[s.Group]
		case !s.Local && process.IsLocal(s.ID):
			return at + " begins with local_, as what an organisation adds does: give it another name"
		}
		for _, n := range s.People {
			if slices.Contains([]string{hearsRaiser, hearsOwner}, n.As) {
				return fmt.Sprintf("%s.people calls somebody %q, which is whoever began a record or has it: give it another name",
					at, n.As)
			}
		}
	}
	for i, l := range d.Lists {
		if groups[l.Group] != "" {
			return fmt.Sprintf("lists[%d] (%s).group %s", i+1, l.ID, groups[l.Group])
		}
	}
	return ""
}
