package room

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"

	"heed/internal/access"
	"heed/internal/clock/workday"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/process"
	"heed/internal/store"
	"heed/internal/vault"
)

// That somebody confirmed reading is an entry of the record that takes no version, as
// readings do: a history of nine steps stays one of nine steps when 8,000 have confirmed,
// and whoever opens the record folds nine. Beside it a row of a keyed hash answers whether
// one person has confirmed one edition: see docs/decisions/0706-confirmed-reading.md.

// ToRead is what one person is asked to read and confirm of a record.
type ToRead struct {
	Edition   *Edition    // nil: they are not asked
	Until     workday.Day // zero: no day
	Confirmed bool
}

// Asks says whether it is still to be confirmed.
func (t ToRead) Asks() bool { return t.Edition != nil && !t.Confirmed }

func (d *Desk) toRead(tx *store.Tx, a access.Actor, r *Room, s *State) (out ToRead, err error) {
	if len(r.asked(s)) == 0 {
		return out, nil
	}
	who, err := d.Directory.PersonIn(tx, a.Person)
	if err != nil {
		return out, err
	}
	return d.toReadOf(tx, who, r, s)
}

func (d *Desk) toReadOf(tx *store.Tx, who directory.Person, r *Room, s *State) (out ToRead, err error) {
	by, yes := r.asks(s, who)
	if !yes {
		return out, nil
	}
	key, err := d.Directory.ListKey(tx, s.Org)
	if err != nil {
		return out, err
	}
	out = ToRead{Edition: s.Edition, Until: by}
	for _, text := range s.Edition.all() {
		n, err := store.One(tx, func(n *int) []any { return []any{n} },
			`select count(*) from room_confirmed_v1 where tag = $1 and record = $2`, confirmedTag(key, s.Record, text.Hash,
				who.ID), s.Record)
		if err != nil {
			return out, err
		}
		out.Confirmed = out.Confirmed || n > 0
	}
	return out, nil
}

// confirmedTag is the row that says that somebody confirmed an edition. Nobody makes one
// who has the database alone.
func confirmedTag(key []byte, rec id.Record, edition string, p id.Person) []byte {
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "heed/confirmed/1 %s %s %s", rec, edition, p)
	return mac.Sum(nil)[:16]
}

type confirmed struct {
	Edition string `json:"edition"` // hash of what was read
	Version int64  `json:"version"` // of the entry that said it
}

// unconfirmed says nothing of what was sent, which was anything.
type unconfirmed struct{}

// Confirm writes that somebody has read what was asked of them. They name it by its hash,
// which whoever opened the record knows, and the entry and the answer name that one and no
// other: one whose confirmation does not count for what is in force is refused. Nothing is
// written twice.
func (d *Desk) Confirm(ctx context.Context, a access.Actor, r *Room, ref id.Reference, edition string) (done ToRead,
	err error) {
	if err := d.whole(ctx, a, r, ref, actView); err != nil {
		return ToRead{}, err
	}
	var refusal error
	err = d.again(ctx, func(tx *store.Tx) error {
		f, err := d.find(tx, a, r, ref, actView)
		if err != nil {
			return err
		}
		if refusal = f.refusal(r, tx.Now()); refusal != nil {
			return d.refuse(tx, a, r, ref)
		}
		asked, err := d.toRead(tx, a, r, &f.state)
		switch {
		case err != nil:
			return err
		case asked.Edition == nil:
			refusal = fail.New(fail.Conflict, "You are not asked to confirm that you have read this %s", r.One)
			return d.unconfirmed(tx, a, r, f)
		}
		text, counts := asked.Edition.counted(edition)
		if !counts {
			refusal = fail.New(fail.Stale, "Another version of this %s is in force now. Open it, read that one, and confirm it",
				r.One)
			return d.unconfirmed(tx, a, r, f)
		}
		done = ToRead{Edition: &Edition{Text: text}, Until: asked.Until, Confirmed: true}
		return d.confirm(tx, a, r, f, text)
	})
	if err == nil {
		err = refusal
	}
	if err != nil {
		return ToRead{}, err
	}
	return done, nil
}

// unconfirmed writes that a confirmation was refused: whoever sent it learns something of
// the record.
func (d *Desk) unconfirmed(tx *store.Tx, a access.Actor, r *Room, f found) error {
	return d.Ledger.Reading(tx, r.Number, f.key, f.author(a), ledger.Event{Kind: r.Name + kindUnconfirmed,
		Data: unconfirmed{}})
}

// confirm writes the row of a confirmation, and its entry when there was none.
func (d *Desk) confirm(tx *store.Tx, a access.Actor, r *Room, f found, text Text) error {
	key, err := d.Directory.ListKey(tx, a.Org)
	if err != nil {
		return err
	}
	if err := stays(tx, f.state.Record); err != nil {
		return err
	}
	n, err := tx.Exec(insertConfirmed, confirmedTag(key, f.state.Record, text.Hash, a.Person), f.state.Record)
	if err != nil || n == 0 { // confirmed already
		return err
	}
	return d.Ledger.Reading(tx, r.Number, f.key, f.author(a), ledger.Event{Kind: r.Name + kindConfirmed,
		Data: confirmed{text.Hash, text.Version}})
}

const insertConfirmed = `insert into room_confirmed_v1 (tag, record) values ($1, $2) on conflict do nothing`

// Reads is a record that somebody is asked to read. Of one that is damaged it has the
// reference and that it is, and no edition.
type Reads struct {
	Row
	ToRead
}

// Damaged says so of a record that is, in words; "" of all others.
func (x Reads) Damaged() string {
	if x.Edition == nil {
		return x.Label
	}
	return ""
}

// mostAsked is how many records one audience can be seen to be asked of at a time.
const mostAsked = 500

// ToRead gives what somebody is asked to read and confirm, of one room or, when r is nil,
// of all, what is asked soonest first; what they have confirmed is among it. more says
// that an audience is asked for more than is given.
func (d *Desk) ToRead(ctx context.Context, a access.Actor, r *Room) (out []Reads, more bool, err error) {
	var rows []Row
	err = d.Store.View(ctx, func(tx *store.Tx) error {
		out, more = nil, false
		tags, who, err := d.readingTags(tx, a)
		if err != nil {
			return err
		}
		read := map[id.Record]ToRead{}
		of := reading{name: listAsked, tags: tags, claims: d.isAsked(who, func(room *Room, s *State, x ToRead) bool {
			read[s.Record] = x
			return r == nil || room == r
		})}
		var next string
		rows, next, err = d.rows(tx, a, of, Query{Limit: mostAsked})
		for _, row := range rows {
			out = append(out, Reads{row, read[row.State.Record]})
		}
		more = next != ""
		return err
	})
	if err != nil {
		return nil, false, err
	}
	return out, more, d.listed(ctx, a, "own-reading", kindWork, listAsked, rows)
}

// readingTags are the tags of all audiences that somebody is of.
func (d *Desk) readingTags(tx *store.Tx, a access.Actor) (tags []Tag, who directory.Person, err error) {
	key, err := d.Directory.ListKey(tx, a.Org)
	if err != nil {
		return nil, who, err
	}
	if who, err = d.Directory.PersonIn(tx, a.Person); err != nil {
		return nil, who, err
	}
	for _, of := range audiencesOf(who) {
		if tag := of.tag(key, a.Org); !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	return tags, who, nil
}

// DueReading is the name of the duty to read something and confirm it.
const DueReading = "reading"

// isAsked claims what somebody is asked to read, by the soonest day for which they are.
func (d *Desk) isAsked(who directory.Person, also func(*Room, *State, ToRead) bool) claims {
	return func(tx *store.Tx, r *Room, s *State, sort int64) (claim, bool, error) {
		x, err := d.toReadOf(tx, who, r, s)
		if err != nil || x.Edition == nil || sort != sortOfDay(x.Until) || !also(r, s, x) {
			return claim{}, false, err
		}
		due := process.Due{Deadline: DueReading, Label: "Read it, and confirm that you have", Since: x.Edition.Since}
		if x.Until != (workday.Day{}) {
			due.Day, due.At = x.Until, x.Until.End().UTC()
		}
		return claim{due: due}, true, nil
	}
}

// audiencesOf are all audiences that somebody can be of.
func audiencesOf(p directory.Person) []Asked {
	out := []Asked{{}}
	for _, g := range p.Grants {
		out = append(out, Asked{Role: g.Role})
		if !g.Team.IsZero() {
			out = append(out, Asked{Team: g.Team})
		}
	}
	return out
}

// confirmedBy are those who have confirmed, by the entries of a record, each with the
// hash of what they confirmed.
func (d *Desk) confirmedBy(tx *store.Tx, r *Room, key *vault.Key, fn func(hash string, p id.Person)) error {
	if !r.Latest().Audience.Given() {
		return nil
	}
	entries, err := d.Ledger.Readings(tx, key)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Kind != r.Name+kindConfirmed {
			continue
		}
		var c confirmed
		if err := json.Unmarshal(e.Data, &c); err != nil {
			return fmt.Errorf("read %s: %w", e.Kind, err)
		}
		fn(c.Edition, e.Author.Person)
	}
	return nil
}

// projectConfirmed makes the rows of a record's confirmations from its entries.
func (d *Desk) projectConfirmed(tx *store.Tx, r *Room, key *vault.Key) error {
	if _, err := tx.Exec(`delete from room_confirmed_v1 where record = $1`, key.Record()); err != nil {
		return err
	}
	tags, err := d.tagsConfirmed(tx, r, key)
	if err != nil {
		return err
	}
	for tag := range tags {
		if _, err := tx.Exec(`insert into room_confirmed_v1 (tag, record) values ($1, $2)
			on conflict (tag) do update set record = excluded.record`, []byte(tag), key.Record()); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) tagsConfirmed(tx *store.Tx, r *Room, key *vault.Key) (map[string]bool, error) {
	list, err := d.Directory.ListKey(tx, key.Org())
	if err != nil {
		return nil, err
	}
	tags := map[string]bool{}
	return tags, d.confirmedBy(tx, r, key, func(hash string, p id.Person) {
		tags[string(confirmedTag(list, key.Record(), hash, p))] = true
	})
}

// checkConfirmed says how the rows of a record's confirmations differ from its entries, or "".
func (d *Desk) checkConfirmed(tx *store.Tx, r *Room, s *State, newer bool) (string, error) {
	if newer && !r.Latest().Audience.Given() {
		return "", nil // here nobody confirms; there somebody may
	}
	key, err := d.keyOf(tx, s.Org, s.Record)
	if err != nil {
		return "", err
	}
	want, err := d.tagsConfirmed(tx, r, key)
	if err != nil {
		return "", err
	}
	has, err := confirmedRows(tx, s.Record)
	if err != nil {
		return "", err
	}
	for _, tag := range has {
		if !want[tag] {
			return "stands as read by somebody who has not confirmed it", nil
		}
	}
	if len(has) != len(want) {
		return "lacks a confirmation that somebody gave", nil
	}
	return "", nil
}

func confirmedRows(tx *store.Tx, rec id.Record) (out []string, err error) {
	rows, err := store.All(tx, func(tag *[]byte) []any { return []any{tag} },
		`select tag from room_confirmed_v1 where record = $1`, rec)
	for _, tag := range rows {
		out = append(out, string(tag))
	}
	return out, err
}
