package room

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"heed/internal/access"
	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/process"
	"heed/internal/store"
)

// Notice is word to somebody that there is something of a record to read or to do. It
// stands in the record's picture, as its entries make it, and in a list of whoever it is
// for, by a tag: it holds no word of the record, and ends when what it is of is over.
type Notice struct {
	What NoticeKind `json:"what"`
	To   id.Person  `json:"to"`
	At   time.Time  `json:"at"`
	Of   int64      `json:"of"` // the step that it is of
}

// NoticeKind is what a notice is about.
type NoticeKind string

// The kinds of notice.
const (
	NoticeGiven   NoticeKind = "given"   // the record was given to them
	NoticeNews    NoticeKind = "news"    // somebody did something that they should read
	NoticeAnswer  NoticeKind = "answer"  // there is something to read on what they began
	NoticeOverdue NoticeKind = "overdue" // a duty of theirs, or of their role, has passed its day
	NoticeWord    NoticeKind = "word"    // their second word is waited for, on who is kept from the record
	NoticeKept    NoticeKind = "kept"    // two others gave their words: somebody is kept from it, or let back in
)

// Who has a notice of a step, besides those whom a step named.
const (
	hearsRaiser = "raiser"
	hearsOwner  = "owner"
)

// hears are those who have a notice of a step: what whoever began the record is told of
// it is one, too. Whoever takes it needs none, and whoever the record is closed to gets none.
func hears(s State, by access.Actor, info process.StepInfo, out string, x Effect) []id.Person {
	var all []id.Person
	add := func(who ...id.Person) {
		for _, p := range who {
			if !p.IsZero() && p != by.Person && !slices.Contains(all, p) && !s.closedTo(p) {
				all = append(all, p)
			}
		}
	}
	if o, _ := info.Outcome(out); o.Tells != "" && s.By != by.Person && !s.By.IsZero() {
		all = append(all, s.By) // whoever began it follows it, whatever else is closed to them
	}
	for _, name := range info.Hears {
		switch {
		case name == hearsRaiser:
			add(s.By)
		case name == hearsOwner && x.Owner != nil:
			add(*x.Owner)
		case name == hearsOwner:
			add(s.Owner)
		default:
			add(s.People[name]...)
		}
	}
	return all
}

// closedTo says whether the record is closed to somebody, whatever their role.
func (s *State) closedTo(p id.Person) bool {
	return slices.Contains(s.People["subject"], p) || slices.Contains(s.People["conflict"], p) || s.Bars.Has(p)
}

// notices brings the notices of a record to where they stand after a step. A newer one
// takes the place of the older of the same person; whoever took the step has read theirs.
// After the end there are only answers to whoever began it. Who is asked for a second word
// is, until it is given or taken back, whatever else they read.
func (s *State) notices(e ledger.Entry, x Effect, before id.Person) {
	by := e.Author.Person
	given := s.Owner != before && !s.Owner.IsZero() && s.Owner != by
	kept := slices.DeleteFunc(s.answered(e), func(n Notice) bool {
		return n.What != NoticeWord && n.What != NoticeKept &&
			(n.To == by || n.To == x.For || slices.Contains(x.Hears, n.To) || given && n.To == s.Owner ||
				n.What == NoticeGiven && n.To != s.Owner || x.Ends && n.What != NoticeAnswer)
	})
	for _, p := range x.Hears {
		what := NoticeNews
		if p == s.By && p != s.Owner {
			what = NoticeAnswer
		}
		if !(given && p == s.Owner) && (what == NoticeAnswer || !x.Ends) {
			kept = append(kept, Notice{what, p, e.At, e.Version})
		}
	}
	for _, p := range x.Asks {
		kept = append(kept, Notice{NoticeWord, p, e.At, e.Version})
	}
	if given && !x.Ends {
		kept = append(kept, Notice{NoticeGiven, s.Owner, e.At, e.Version})
	}
	s.Notices = kept
}

// answered are the notices after what they wait for: who was asked for a second word that
// others gave is told that it counts.
func (s *State) answered(e ledger.Entry) (out []Notice) {
	for _, n := range s.Notices {
		if _, waits := s.Bars.Asked(n.Of); n.What == NoticeWord && !waits {
			b, _ := s.Bars.About(n.Of)
			if n.To == e.Author.Person || b.State == TwoRefused || b.State == TwoStand && b.Of != n.Of {
				continue
			}
			n.What, n.At = NoticeKept, e.At
		}
		out = append(out, n)
	}
	return out
}

// Note is a notice as somebody is shown it.
type Note struct {
	ID   string // for Seen
	What NoticeKind
	At   time.Time
	Row  Row // the record; of one that tells of a reading, its reference alone
}

// The kind of a notice that is of no record's own history.
const NoticeTold NoticeKind = "told" // somebody opened a record with a reason, or is to be kept from one

// NotesFor is how long a notice stands that nobody marks as seen.
const NotesFor = 365 * 24 * time.Hour

// mostNotes is how many notices of records are shown, and how many others; more come up as
// these are marked as seen.
const mostNotes = 50

// Telling offers notices, the newest first, until no more are wanted.
type Telling func(tx *store.Tx, a access.Actor, offer func(Note) (more bool, err error)) error

// Tells adds to everybody's notices what is of no record's own history. Call it before
// the desk is used.
func (d *Desk) Tells(more Telling) {
	d.told = append(d.told, more)
}

// notices are those of an actor that they have not marked as seen, the newest first.
func (d *Desk) notices(tx *store.Tx, a access.Actor) (out []Note, err error) {
	key, err := d.Directory.ListKey(tx, a.Org)
	if err != nil {
		return nil, err
	}
	role := roleBytes(a.Role, a.Team)
	of := reading{name: notice, newest: true, since: clock.Micros(tx.Now().Add(-NotesFor)), until: clock.Micros(tx.Now()),
		tags: []Tag{sharedTag(key, notice, a.Person.Bytes()), sharedTag(key, work, a.Person.Bytes()),
			sharedTag(key, work, role), sharedTag(key, late, role)}}
	others, err := d.othersOf(tx, a)
	if err != nil {
		return nil, err
	}
	for _, p := range others.away() {
		of.tags = append(of.tags, sharedTag(key, notice, p.Bytes()), sharedTag(key, work, p.Bytes()))
	}
	of.claims = func(tx *store.Tx, r *Room, s *State, sort int64) (claim, bool, error) {
		why, ok := r.noticed(a, s, sort)
		if !ok {
			why, ok = others.noticed(r, a, s, sort)
		}
		if !ok {
			return why, false, nil
		}
		if why.what == NoticeWord { // it stands until it is given
			return why, true, nil
		}
		was, err := wasSeen(tx, s.Record, seenTag(key, a.Person, s.Record, why.what, why.of))
		return why, !was, err
	}
	rows, _, err := d.rows(tx, a, of, Query{Limit: mostNotes})
	if err != nil {
		return nil, err
	}
	for _, x := range rows {
		if x.why.what != "" { // one that is damaged stands in the lists as such
			id := seenTag(key, a.Person, x.record, x.why.what, x.why.of)
			out = append(out, Note{hex.EncodeToString(id[:]), x.why.what, clock.FromMicros(x.at), x})
		}
	}
	for _, more := range d.told {
		told := 0
		err := more(tx, a, func(n Note) (bool, error) {
			tag := seenTag(key, a.Person, n.Row.record, n.What, n.ID)
			was, err := wasSeen(tx, n.Row.record, tag)
			if err != nil || was {
				return true, err
			}
			n.ID = hex.EncodeToString(tag[:])
			out, told = append(out, n), told+1
			return told < mostNotes, nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(out, func(x, y Note) int { return y.At.Compare(x.At) })
	return out, nil
}

// ToldOf is a notice of a reading: of tells it from all others in its book, which is a
// record that is never erased.
func ToldOf(r *Room, book id.Record, of string, at time.Time, ref id.Reference) Note {
	return Note{ID: of, What: NoticeTold, At: at, Row: Row{Room: r, Reference: ref, record: book}}
}

// noticed says by which notice, if any, a record stands before somebody at this place.
func (r *Room) noticed(a access.Actor, s *State, sort int64) (claim, bool) {
	for _, n := range s.Notices {
		if n.To != a.Person || clock.Micros(n.At) != sort {
			continue
		}
		why := claim{act: r.Opens, what: n.What, of: strconv.FormatInt(n.Of, 10)}
		switch n.What {
		case NoticeAnswer:
			why.act = r.Follows
		case NoticeWord:
			if !s.Bars.WaitFor(a.Person) {
				return claim{}, false
			}
			why.act = r.tells()
		case NoticeKept:
			why.act = r.tells()
		}
		return why, true
	}
	for i, x := range s.Due {
		owns := i == 0 && s.Owner == a.Person
		if clock.Micros(x.At) == sort && (owns || s.Owner != a.Person && waitsFor(x, s, a)) ||
			i == 0 && s.Owner != a.Person && clock.Micros(x.At.Add(lateAfter)) == sort && r.tellsLate(x, s, a) {
			return claim{act: r.Opens, due: x, what: NoticeOverdue, of: x.Name()}, true
		}
	}
	return claim{}, false
}

func (r *Room) tellsLate(x process.Due, s *State, a access.Actor) bool {
	return slices.Contains(r.hearsLate(x, s), a.Role) && (!a.Role.OfTeam() || s.Team == a.Team)
}

// seenTag tells one notice of one person from all others: a keyed hash, so that the
// database does not say whose it is.
func seenTag(key []byte, p id.Person, rec id.Record, what NoticeKind, of string) Tag {
	return sharedTag(key, marked, slices.Concat(p.Bytes(), rec.Bytes(), []byte(string(what)+":"+of)))
}

func wasSeen(tx *store.Tx, rec id.Record, tag Tag) (bool, error) {
	_, err := store.One(tx, func(n *int) []any { return []any{n} },
		`select 1 from room_seen where record = $1 and tag = $2`, rec, tag[:])
	if fail.Is(err, fail.Missing) {
		return false, nil
	}
	return err == nil, err
}

// Seen marks notices as seen: they are not shown to this person again. One that is not
// theirs, or was withdrawn, is passed by in silence. Which are theirs is read beside the
// writer, which has a row to put for each that was sent and nothing to look for.
func (d *Desk) Seen(ctx context.Context, a access.Actor, ids []string) error {
	if len(ids) > MaxPage {
		return fail.Fields{{Name: "ids", Words: fmt.Sprintf("Mark at most %d notices at a time", MaxPage)}}.Err()
	}
	var theirs []Note
	err := d.Store.View(ctx, func(tx *store.Tx) (err error) {
		theirs, err = d.notices(tx, a)
		return err
	})
	theirs = slices.DeleteFunc(theirs, func(n Note) bool { return !slices.Contains(ids, n.ID) })
	if err != nil || len(theirs) == 0 {
		return err
	}
	return d.Store.Do(ctx, func(tx *store.Tx) error {
		for _, n := range theirs {
			if n.What != NoticeTold { // those are of a book, which is never erased
				if err := stays(tx, n.Row.record); errors.Is(err, errSameMoment) {
					continue
				} else if err != nil {
					return err
				}
			}
			tag, err := hex.DecodeString(n.ID)
			if err != nil {
				return err
			}
			if _, err := tx.Exec(`insert into room_seen (record, tag) values ($1, $2) on conflict do nothing`, n.Row.record,
				tag); err != nil {
				return err
			}
		}
		return nil
	})
}
