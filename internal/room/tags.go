package room

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"slices"

	"heed/internal/clock"
	"heed/internal/clock/workday"
	"heed/internal/id"
	"heed/internal/process"
)

// Whose a list is.
const (
	ofTeam         = "team"
	ofOwner        = "owner"
	ofStarter      = "raiser"
	ofOrganisation = "organisation"
)

// The orders of a list.
const (
	orderDue    = "due"
	orderNewest = "newest"
)

// Tag is where a record stands in a list: which list is a keyed hash of the
// organisation's, so that somebody with the whole database cannot tell whose or
// which list a row is in. All tags have one width.
type Tag [16]byte

// place is one row of a list.
type placed struct {
	tag  Tag
	sort int64
}

// tagOf is the tag of a list: of one room and compartment, belonging to a team, a
// person or the organisation.
func tagOf(key []byte, room, compartment, list string, whose []byte) Tag {
	mac := hmac.New(sha256.New, key)
	for _, part := range []string{"heed/list/1", room, compartment, list, string(whose)} {
		mac.Write([]byte{byte(len(part))})
		mac.Write([]byte(part))
	}
	return Tag(mac.Sum(nil)[:16])
}

// places are the rows of lists that a record is in: of the latest lists, whichever
// definition the record follows, so that a new list holds the old records too.
func (r *Room) places(key []byte, s *State) []placed {
	var out []placed
	for _, l := range r.Latest().Lists {
		if base(r.Latest(), l) != l.ID || !listed(l, s) {
			continue
		}
		out = append(out, placed{tagOf(key, r.Name, s.Compartment, l.ID, whose(l.Of, s)), sortOf(l, s)})
	}
	for _, p := range r.shared(key, s) {
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	for _, asked := range r.asked(s) {
		out = append(out, placed{asked.tag(key, s.Org), asked.sort()})
	}
	return out
}

// TestOnlyRows are the rows of a record, for the test that holds them to Rows.
func (r *Room) TestOnlyRows(s *State) string {
	return fmt.Sprint(r.places([]byte("a key of a test"), s))
}

// listed says whether a record is in a list.
func listed(l process.List, s *State) bool {
	return (l.Open == "" || (l.Open == "yes") == s.Open()) &&
		(!l.Waits || s.Waits() && s.Open()) && (!l.Sent || len(s.Disclosed) > 0) &&
		(!l.Kept || s.Ended() && s.Keep.Until != (workday.Day{})) &&
		(len(l.In) == 0 || slices.Contains(l.In, s.Stage)) &&
		!slices.ContainsFunc(l.Facts, func(f process.Fact) bool { return !s.Facts.Has(f) })
}

func whose(of string, s *State) []byte {
	switch of {
	case ofTeam:
		return s.Team.Bytes()
	case ofOwner:
		return s.Owner.Bytes()
	case ofStarter:
		return s.By.Bytes()
	}
	return s.Org.Bytes()
}

// sortOf is a row's place in its list: by the soonest due date, by when something was last sent,
// or by nothing (then the record's id orders, which begins with the time).
func sortOf(l process.List, s *State) int64 {
	due, runs := s.NextDue()
	switch {
	case l.Sent:
		return clock.Micros(s.lastSent())
	case l.Kept:
		return clock.Micros(s.Keep.Until.End().UTC())
	case l.Order == orderDue && runs:
		return clock.Micros(due.At)
	case l.Order == orderDue:
		return never
	}
	return 0
}

// never sorts behind every due date.
const never = 1 << 62

// base is the list whose rows a list shows: its own, or, for what is due today, those
// of the list of which it is the beginning.
func base(d *process.Definition, l process.List) string {
	if !l.Today || len(l.In)+len(l.Facts) > 0 || l.Waits {
		return l.ID
	}
	for _, x := range d.Lists {
		if !x.Today && x.Of == l.Of && x.Open == l.Open && x.Order == orderDue && len(x.In)+len(x.Facts) == 0 && !x.Waits {
			return x.ID
		}
	}
	return l.ID
}

func ownerOf(of string, org id.Org, team id.Team, person id.Person) []byte {
	return whose(of, &State{Org: org, Team: team, Owner: person, By: person})
}
