package room

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/process"
	"heed/internal/store"
	"heed/internal/vault"
	"heed/record"
)

// A link is an entry in both records, which takes no version of either: a step that
// somebody does not see would leave a gap that tells of it. A row for each side that
// shows it, sealed with that record's key, says where to look. Whoever may not open the
// other is shown nothing, and it costs the same: see docs/decisions/0709-links.md.

// Linked is a record that another is tied to, for somebody who may open both.
type Linked struct {
	Row
	Link  string // which link of the definition
	Label string
	Back  bool // the other names this one
}

// tie is what an entry and its row say of a link.
type tie struct {
	Link  string       `json:"link"`
	From  string       `json:"from"` // the room that defines it
	Back  bool         `json:"back,omitempty"`
	Other id.Reference `json:"other"`
}

func (t tie) tag(key []byte, rec id.Record) []byte {
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "heed/link/1 %s %s %s %v %s", rec, t.From, t.Link, t.Back, t.Other)
	return mac.Sum(nil)[:16]
}

// LinkField is what the sealed other end of a link is bound to, with its tag in hex.
const LinkField = "room/link/"

func linkField(tag []byte) string { return LinkField + hex.EncodeToString(tag) }

// Tying is a link to be made or ended.
type Tying struct {
	Link  string
	Other id.Reference
	Ends  bool
}

// Tie makes a link between two records, or ends it. Who may is asked of both: whoever may
// not open the other is answered as if there were none.
func (d *Desk) Tie(ctx context.Context, a access.Actor, r *Room, ref id.Reference, t Tying) error {
	var refusal error
	err := d.again(ctx, func(tx *store.Tx) error {
		f, err := d.find(tx, a, r, ref, actLink)
		if err != nil {
			return err
		}
		if refusal = f.refusal(r, tx.Now()); refusal != nil {
			return d.refuse(tx, a, r, ref)
		}
		l, other, err := d.linkTo(r, &f.state, t.Link)
		if err != nil {
			return err
		}
		act := actView
		if l.Back != "" { // its readers will see this one beside it
			act = actLink
		}
		to, err := d.find(tx, a, other, t.Other, act)
		if err != nil {
			return err
		}
		if to.refusal(other, tx.Now()) != nil || t.Other == ref {
			refusal = fail.Fields{{Name: "other", Words: "Enter the reference of another " + other.One +
				" that you may open"}}.Err()
			return d.refuse(tx, a, other, t.Other)
		}
		for _, x := range []*found{&f, &to} { // as a step, on no record whose history is damaged
			if _, err := d.history(tx, x); err != nil {
				return err
			}
		}
		if err := d.tie(tx, a, side{r, f}, tie{l.ID, r.Name, false, t.Other}, t.Ends, true); err != nil {
			return err
		}
		return d.tie(tx, a, side{other, to}, tie{l.ID, r.Name, true, ref}, t.Ends, l.Back != "")
	})
	if err == nil {
		err = refusal
	}
	return err
}

// linkTo is a link of a record's definition, with the room to which it leads.
func (d *Desk) linkTo(r *Room, s *State, name string) (process.Link, *Room, error) {
	def, err := r.Definition(s.Definition)
	if err != nil {
		return process.Link{}, nil, err
	}
	l, ok := def.Link(name)
	i := slices.IndexFunc(d.rooms, func(x *Room) bool { return x.Name == l.To })
	if !ok || i < 0 {
		return l, nil, fail.Fields{{Name: "link", Words: "Select how they belong together"}}.Err()
	}
	return l, d.rooms[i], nil
}

// side is one of the two records of a link.
type side struct {
	room *Room
	found
}

// tie writes one side of a link: its entry, and its row when it shows. What is there
// already, or is not there to be ended, is left as it is.
func (d *Desk) tie(tx *store.Tx, a access.Actor, on side, t tie, ends, shows bool) error {
	key, err := d.Directory.ListKey(tx, a.Org)
	if err != nil {
		return err
	}
	if err := stays(tx, on.state.Record); err != nil {
		return err
	}
	tag, kind := t.tag(key, on.state.Record), kindLinked
	if ends {
		kind = kindUnlinked
	}
	if shows {
		n := int64(0)
		if ends {
			n, err = tx.Exec(`delete from room_link_v1 where tag = $1`, tag)
		} else {
			n, err = insertTie(tx, on.key, tag, t)
		}
		if err != nil || n == 0 && !ends {
			return err
		}
		if n == 0 { // its row may have been taken away: what was linked is said by the entries
			all, err := d.tiedBy(tx, on.room, on.key)
			if _, tied := all[string(tag)]; err != nil || !tied {
				return err
			}
		}
	}
	return d.Ledger.Reading(tx, on.room.Number, on.key, on.author(a), ledger.Event{Kind: on.room.Name + kind, Data: t})
}

func insertTie(tx *store.Tx, key *vault.Key, tag []byte, t tie) (int64, error) {
	plain, err := json.Marshal(t)
	if err != nil {
		return 0, fmt.Errorf("write a link: %w", err)
	}
	return tx.Exec(`insert into room_link_v1 (tag, record, sealed) values ($1, $2, $3) on conflict do nothing`,
		tag, key.Record(), key.Seal(linkField(tag), 0, record.Pad(plain, 0)))
}

// looked is how many other records are looked at for one page, or a multiple of it: as
// many when there is one link, or none.
const looked = 8

// links are the records that this one is tied to, as far as this person may open them.
// One that they may not open, that was erased, or that is not there costs what each costs.
func (d *Desk) links(tx *store.Tx, a access.Actor, r *Room, s *State, key *vault.Key) (out []Linked, err error) {
	if !d.ties(r) {
		return nil, nil
	}
	type stored struct{ tag, sealed []byte }
	rows, err := store.All(tx, func(x *stored) []any { return []any{&x.tag, &x.sealed} },
		`select tag, sealed from room_link_v1 where record = $1 order by tag`, s.Record)
	if err != nil {
		return nil, err
	}
	for _, x := range rows {
		plain, err := key.Open(linkField(x.tag), 0, x.sealed)
		if err != nil {
			return nil, err
		}
		var t tie
		if err := json.Unmarshal(plain, &t); err != nil {
			return nil, fmt.Errorf("read a link: %w", err)
		}
		got, ok, err := d.linked(tx, a, r, s, t)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, got)
		}
	}
	for n := len(rows); n == 0 || n%looked != 0; n++ {
		if _, err := d.find(tx, a, r, s.Reference, actView); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// linked is the other record of a link; ok is false for who may not open it.
func (d *Desk) linked(tx *store.Tx, a access.Actor, r *Room, s *State, t tie) (Linked, bool, error) {
	from := slices.IndexFunc(d.rooms, func(x *Room) bool { return x.Name == t.From })
	if from < 0 {
		return Linked{}, false, nil // of a room that this program does not know
	}
	l, known := d.rooms[from].Latest().Link(t.Link)
	other, label := d.rooms[from], l.Back
	if !t.Back {
		label = l.Label
		i := slices.IndexFunc(d.rooms, func(x *Room) bool { return x.Name == l.To })
		if i < 0 {
			return Linked{}, false, nil
		}
		other = d.rooms[i]
	}
	f, err := d.find(tx, a, other, t.Other, actView)
	if fail.Is(err, fail.Gone) || fail.Is(err, fail.Tampered) {
		return Linked{}, false, nil // whoever opens it is told
	}
	if err != nil || !known || label == "" || f.refusal(other, tx.Now()) != nil {
		return Linked{}, false, err
	}
	row := d.rowOf(tx, other, f.state.seenBy(a.Person), false)
	return Linked{Row: row, Link: t.Link, Label: label, Back: t.Back}, true, nil
}

// ties says whether records of a room can be tied to others so that they show it.
func (d *Desk) ties(r *Room) bool { return r.tied(d.rooms) }

func (r *Room) tied(all []*Room) bool {
	return len(r.Latest().Links) > 0 || slices.ContainsFunc(all, func(x *Room) bool {
		return slices.ContainsFunc(x.Latest().Links, func(l process.Link) bool { return l.To == r.Name && l.Back != "" })
	})
}

// linkFault says what is wrong with the links of a room among all rooms, or "".
func linkFault(r *Room, all []*Room) string {
	for n, l := range r.Latest().Links {
		at := fmt.Sprintf("links[%d] (%s)", n+1, l.ID)
		i := slices.IndexFunc(all, func(x *Room) bool { return x.Name == l.To })
		switch {
		case i < 0:
			var names []string
			for _, x := range all {
				names = append(names, x.Name)
			}
			return fmt.Sprintf("%s leads to the room %q, which does not exist: there are %s", at, l.To,
				strings.Join(names, ", "))
		case l.Back != "" && all[i].Compartment != r.Compartment:
			return at + ` must have no "back": records of another compartment are named to nobody there`
		}
	}
	return ""
}

// tiedBy are the links that the entries of a record leave standing, with their tags: those
// that show, as this program knows it, and the others.
func (d *Desk) tiedBy(tx *store.Tx, r *Room, key *vault.Key) (map[string]tie, error) {
	out := map[string]tie{}
	if !d.ties(r) {
		return out, nil
	}
	list, err := d.Directory.ListKey(tx, key.Org())
	if err != nil {
		return nil, err
	}
	entries, err := d.Ledger.Readings(tx, key)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if e.Kind != r.Name+kindLinked && e.Kind != r.Name+kindUnlinked {
			continue
		}
		var t tie
		if err := json.Unmarshal(e.Data, &t); err != nil {
			return nil, fmt.Errorf("read %s: %w", e.Kind, err)
		}
		tag := string(t.tag(list, key.Record()))
		if delete(out, tag); e.Kind == r.Name+kindLinked {
			out[tag] = t
		}
	}
	return out, nil
}

// shows says whether a side of a link has a row.
func (d *Desk) shows(t tie) bool {
	i := slices.IndexFunc(d.rooms, func(x *Room) bool { return x.Name == t.From })
	if !t.Back || i < 0 {
		return !t.Back
	}
	l, _ := d.rooms[i].Latest().Link(t.Link)
	return l.Back != ""
}

func (d *Desk) projectLinks(tx *store.Tx, r *Room, key *vault.Key) error {
	if _, err := tx.Exec(`delete from room_link_v1 where record = $1`, key.Record()); err != nil {
		return err
	}
	all, err := d.tiedBy(tx, r, key)
	for tag, t := range all {
		if !d.shows(t) {
			continue
		}
		if _, err := insertTie(tx, key, []byte(tag), t); err != nil {
			return err
		}
	}
	return err
}

// checkLinks says how the rows of a record's links differ from its entries, or "".
func (d *Desk) checkLinks(tx *store.Tx, r *Room, s *State, newer bool) (string, error) {
	if newer && !d.ties(r) {
		return "", nil // here there are no links; there may be
	}
	key, err := d.keyOf(tx, s.Org, s.Record)
	if err != nil {
		return "", err
	}
	want, err := d.tiedBy(tx, r, key)
	if err != nil {
		return "", err
	}
	type stored struct{ tag, sealed []byte }
	has, err := store.All(tx, func(x *stored) []any { return []any{&x.tag, &x.sealed} },
		`select tag, sealed from room_link_v1 where record = $1`, s.Record)
	if err != nil {
		return "", err
	}
	for _, x := range has {
		plain, err := key.Open(linkField(x.tag), 0, x.sealed)
		var t tie
		if err != nil || json.Unmarshal(plain, &t) != nil || want[string(x.tag)] != t {
			return "stands as linked to another to which nobody linked it", nil
		}
	}
	for tag, t := range want {
		if d.shows(t) && !slices.ContainsFunc(has, func(x stored) bool { return string(x.tag) == tag }) {
			return "lacks a link that somebody made", nil
		}
	}
	return "", nil
}

// ReferenceOf is a reference as it was typed; one that is none is nobody's.
func ReferenceOf(typed string) id.Reference {
	ref, err := id.ParseReference(typed)
	if err != nil {
		return ""
	}
	return ref
}
