package process

import (
	"fmt"

	"heed/internal/field"
)

// Link is one way in which a record may be tied to another.
type Link struct {
	ID    string `json:"id"`
	Label string `json:"label"` // before the other, on this record: "Replaces"
	Back  string `json:"back"`  // before this one, on the other: "Replaced by"; empty: the other says nothing of it
	To    string `json:"to"`    // the room of the other
}

// Link finds one of its links.
func (d *Definition) Link(id string) (Link, bool) {
	return find(d.Links, id, func(l Link) string { return l.ID })
}

// FaultOf says what is wrong with a link, or "".
func (l Link) FaultOf() string {
	if !field.IsName(l.ID) || l.Label == "" || l.To == "" {
		return "must have an id, a label, and the room to which it leads"
	}
	return ""
}

// LinksFault says what is wrong with the links of a definition, or "".
func (d *Definition) LinksFault() string {
	seen := map[string]bool{}
	for i, l := range d.Links {
		fault := l.FaultOf()
		if seen[l.ID] {
			fault = "has an id that is given twice: give each one of its own"
		}
		if seen[l.ID] = true; fault != "" {
			return fmt.Sprintf("links[%d] (%s) %s", i+1, l.ID, fault)
		}
	}
	return ""
}
