package concern

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/plain"
	"heed/internal/room"
	"heed/internal/store"
	"heed/internal/vault"
	"heed/record"
)

// The kinds of event of the month's book.
const (
	kindReason    = "concern.reason_given"
	kindGlassBook = "concern.glass_book_opened"
	kindReviewed  = "concern.reason_reviewed"
	kindBarTold   = "concern.bar_told"
)

// A reason lasts this long for the person who gave it; then it is asked again.
const reasonLasts = 30 * time.Minute

var (
	reasonToOpen = plain.Field{Label: "why you need to open this record", Limit: MaxShort, Must: true}
	reviewWords  = plain.Field{Label: "what you found", Limit: MaxShort, Must: true}
)

// reasonSaid stands in the book of the month, for existing and missing references alike.
type reasonSaid struct {
	Reference id.Reference `json:"reference"`
	Reason    string       `json:"reason"`
	Bar       int64        `json:"bar,omitempty"` // no reason but a step about who is kept out
}

// reviewed stands in the same book, about an earlier entry of it.
type reviewed struct {
	Of    id.Entry `json:"of"`
	Words string   `json:"words"`
}

// reasonTag finds the reason of one person for one reference.
func reasonTag(p id.Person, ref id.Reference) []byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "heed/reason/1\n%s\n%s", p, ref))
	return sum[:]
}

// reasonGiven is the reason that the actor gave for this reference within the last
// half hour; "" when there is none. One row is looked at, however many others asked.
func (d *Desk) reasonGiven(tx *store.Tx, a access.Actor, ref id.Reference) (string, error) {
	type row struct {
		book   id.Record
		at     int64
		sealed []byte
	}
	r, err := store.One(tx, func(r *row) []any { return []any{&r.book, &r.at, &r.sealed} },
		`select book, at, sealed from concern_reason where tag = $1`, reasonTag(a.Person, ref))
	if fail.Is(err, fail.Missing) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if at := clock.FromMicros(r.at); tx.Now().Sub(at) > reasonLasts || at.After(tx.Now()) {
		return "", nil
	}
	key, err := d.Vault.Key(tx, a.Org, r.book)
	if err != nil {
		return "", err
	}
	plain, err := key.Open(reasonField, r.at, r.sealed)
	if err != nil {
		return "", err
	}
	var kept reasonKept
	if err := json.Unmarshal(plain, &kept); err != nil {
		return "", fmt.Errorf("read a reason: %w", err)
	}
	if kept.By != a.Person || kept.Reference != ref {
		return "", nil // a row that was moved by SQL
	}
	return kept.Reason, nil
}

const reasonField = "reason"

// reasonKept is what a row seals: whose reason it is, for what.
type reasonKept struct {
	By id.Person `json:"by"`
	reasonSaid
}

// keepReason puts the row that opens the reference to this person for a while, and
// ends those that open nothing any more.
func keepReason(tx *store.Tx, book *vault.Key, by id.Person, said reasonSaid) error {
	plain, err := json.Marshal(reasonKept{by, said})
	if err != nil {
		return fmt.Errorf("write a reason: %w", err)
	}
	over := clock.Micros(tx.Now().Add(-reasonLasts))
	if _, err := tx.Exec(`delete from concern_reason where at < $1`, over); err != nil {
		return err
	}
	at := clock.Micros(tx.Now())
	_, err = tx.Exec(`insert into concern_reason (tag, book, at, sealed) values ($1, $2, $3, $4)
		on conflict (tag) do update set book = excluded.book, at = excluded.at, sealed = excluded.sealed`,
		reasonTag(by, said.Reference), book.Record(), at, book.Seal(reasonField, at, plain))
	return err
}

// GiveReason writes down why somebody needs to open a record that is not plainly
// theirs, and tells the Caldicott Guardian. It does the same for every well-formed
// reference, so that neither answer nor time tells what exists.
func (d *Desk) GiveReason(ctx context.Context, a access.Actor, ref id.Reference, reason string) error {
	if words := reasonToOpen.Fault(reason); words != "" {
		return fail.Fields{{Name: "reason", Words: words}}.Err()
	}
	if !d.Policy.BreaksGlass(a) {
		return fail.New(fail.Hidden, "Page not found")
	}
	if d.reasons.Spent(a.Person, ref, reasonsAnHour, d.Clock.Now()) {
		return fail.New(fail.TooOften, "You have given reasons for %s within an hour. Ring the Caldicott "+
			"Guardian, or wait", plain.Count(reasonsAnHour, "record", "records"))
	}
	err := d.Store.DoReading(ctx, func(tx *store.Tx) error {
		book, err := d.glassBook(tx, a.Org)
		if err != nil {
			return err
		}
		by := ledger.Author{Person: a.Person, Role: string(a.Role), Rule: "break-glass"}
		said := reasonSaid{Reference: ref, Reason: reason}
		if err := d.Ledger.Reading(tx, ledger.ReasonBook, book, by, ledger.Event{Kind: kindReason, Data: said}); err != nil {
			return err
		}
		if err := keepReason(tx, book, a.Person, said); err != nil {
			return err
		}
		at, err := d.standing(tx, a.Org, ref)
		if err != nil {
			return err
		}
		return d.tellOutside(tx, a.Person, &at)
	})
	if err == nil {
		d.reasons.Note(a.Person, ref, d.Clock.Now())
	}
	return err
}

// The book of a month.

//go:embed glass.sql
var glassSchema string

// GlassProjection is the list of the months' books, made by replay of the ledger.
func (d *Desk) GlassProjection() store.Projection {
	return store.Projection{Name: "concern_glass", Version: 1, Schema: glassSchema,
		Replay: func(ctx context.Context, _ *store.Store) error {
			return d.Ledger.Each(ctx, ledger.ReasonBook, func(tx *store.Tx, e ledger.Entry) error {
				var b glassBegun
				if err := json.Unmarshal(e.Data, &b); err != nil {
					return fmt.Errorf("read %s: %w", e.Kind, err)
				}
				_, err := insertGlassBook(tx, e.Org, b.Month, e.Record)
				return err
			})
		}}
}

// MendBooks compares where the months' books are said to be with the ledger, and, where
// mended is not nil, makes that as it was. A book that is not found would take a month's
// reasons out of sight of whoever reviews them.
func (d *Desk) MendBooks(ctx context.Context, rest func(context.Context, time.Duration), found,
	mended func(string)) error {
	before, err := d.glassRows(ctx)
	if err != nil {
		return err
	}
	begun := map[glassRow]bool{}
	err = d.Ledger.Begun(ctx, ledger.ReasonBook, rest, func(_ *store.Tx, e ledger.Entry) error {
		var b glassBegun
		if err := json.Unmarshal(e.Data, &b); err != nil {
			return fmt.Errorf("read %s: %w", e.Kind, err)
		}
		begun[glassRow{e.Org, b.Month, e.Record}] = true
		return nil
	})
	if err != nil {
		return err
	}
	after, err := d.glassRows(ctx)
	if err != nil {
		return err
	}
	// One that is begun meanwhile is not among those before, and is among those after.
	put := slices.DeleteFunc(slices.Collect(maps.Keys(before)), func(r glassRow) bool { return begun[r] })
	gone := slices.DeleteFunc(slices.Collect(maps.Keys(begun)), func(r glassRow) bool { return after[r] })
	for _, r := range slices.Concat(put, gone) {
		found(r.String())
	}
	if mended == nil || len(put)+len(gone) == 0 {
		return nil
	}
	err = d.Store.Do(ctx, func(tx *store.Tx) error {
		for _, r := range put {
			if _, err := tx.Exec(`delete from concern_glass_v1 where org = $1 and month = $2 and record = $3`, r.org, r.month,
				r.book); err != nil {
				return err
			}
		}
		for _, r := range gone {
			if _, err := insertGlassBook(tx, r.org, r.month, r.book); err != nil {
				return err
			}
		}
		return nil
	})
	for _, r := range slices.Concat(put, gone) {
		mended(r.String())
	}
	return err
}

// glassRow says where the book of a month is.
type glassRow struct {
	org   id.Org
	month string
	book  id.Record
}

func (r glassRow) String() string {
	return fmt.Sprintf("where the reasons of %q are said to be (record %s) is not where the history has them", r.month,
		r.book)
}

func (r *glassRow) fields() []any { return []any{&r.org, &r.month, &r.book} }

func (d *Desk) glassRows(ctx context.Context) (out map[glassRow]bool, err error) {
	err = d.Store.View(ctx, func(tx *store.Tx) error {
		out = map[glassRow]bool{}
		all, err := store.All(tx, (*glassRow).fields, `select org, month, record from concern_glass_v1`)
		for _, r := range all {
			out[r] = true
		}
		return err
	})
	return out, err
}

type glassBegun struct {
	Month string `json:"month"`
}

const monthForm = "2006-01"

func insertGlassBook(tx *store.Tx, org id.Org, month string, rec id.Record) (bool, error) {
	n, err := tx.Exec(`insert into concern_glass_v1 (org, month, record) values ($1, $2, $3) on conflict do nothing`,
		org, month, rec)
	return n == 1, err
}

func (d *Desk) findGlassBook(tx *store.Tx, org id.Org, month string) (*vault.Key, error) {
	rec, err := store.One(tx, func(r *id.Record) []any { return []any{r} },
		`select record from concern_glass_v1 where org = $1 and month = $2`, org, month)
	if err != nil {
		return nil, err
	}
	return d.bookKey(tx, org, rec)
}

// bookKey is the key of a book, which is never erased: one that is gone was taken away.
func (d *Desk) bookKey(tx *store.Tx, org id.Org, rec id.Record) (*vault.Key, error) {
	key, err := d.Vault.Key(tx, org, rec)
	if fail.Is(err, fail.Missing) {
		err = fail.Wrap(fail.Tampered, err, "The reasons of a month have been damaged or changed outside Heed")
	}
	return key, err
}

// glassBook is the key of this month's book, begun when it is not there yet.
func (d *Desk) glassBook(tx *store.Tx, org id.Org) (*vault.Key, error) {
	month := tx.Now().Format(monthForm)
	key, err := d.findGlassBook(tx, org, month)
	if !fail.Is(err, fail.Missing) {
		return key, err
	}
	fresh := id.NewRecord(tx.Now())
	made, err := insertGlassBook(tx, org, month, fresh)
	if err != nil {
		return nil, err
	}
	if !made { // another process began it meanwhile
		return d.findGlassBook(tx, org, month)
	}
	if key, err = d.Vault.New(tx, org, fresh, record.Organisation); err != nil {
		return nil, err
	}
	by := ledger.Author{Role: string(access.System), Rule: "glass-book"}
	_, err = d.Ledger.Append(tx, ledger.ReasonBook, key, 0, by, ledger.Event{Kind: kindGlassBook, Data: glassBegun{month}})
	return key, err
}

// Broken is one reason that somebody gave for opening a record, and its review; or,
// in the same book, that somebody asked to keep another from a record.
type Broken struct {
	Entry     id.Entry
	At        time.Time
	By        id.Person
	Role      string
	Reference id.Reference
	Reason    string
	Review    Review   // zero: nobody has reviewed it yet
	Bar       int64    // the step that asked; 0: this is a reason
	Stands    room.Bar // where that stands now
}

// Review is a second person's word on it.
type Review struct {
	At    time.Time
	By    id.Person
	Words string
}

// glassOf reads the book of a month, oldest first, each with its first review.
func (d *Desk) glassOf(tx *store.Tx, org id.Org, month time.Time) (out []Broken, err error) {
	key, err := d.findGlassBook(tx, org, month.Format(monthForm))
	if fail.Is(err, fail.Missing) || fail.Is(err, fail.Gone) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return d.linesOf(tx, key)
}

func (d *Desk) linesOf(tx *store.Tx, key *vault.Key) (out []Broken, err error) {
	entries, err := d.Ledger.Readings(tx, key)
	if err != nil {
		return nil, err
	}
	at := map[id.Entry]int{}
	for _, e := range entries {
		var said struct {
			reasonSaid
			reviewed
		}
		if err := json.Unmarshal(e.Data, &said); err != nil {
			return nil, fmt.Errorf("read %s: %w", e.Kind, err)
		}
		i, known := at[said.Of]
		switch {
		case e.Kind == kindReason, e.Kind == kindBarTold:
			at[e.ID] = len(out)
			out = append(out, Broken{Entry: e.ID, At: e.At, By: e.Author.Person, Role: e.Author.Role,
				Reference: said.Reference, Reason: said.Reason, Bar: said.Bar})
		case e.Kind == kindReviewed && known && out[i].Review.At.IsZero():
			out[i].Review = Review{e.At, e.Author.Person, said.Words}
		}
	}
	return out, nil
}

// ReviewGlass is a second person's word on a reason that somebody gave (promise A12).
func (d *Desk) ReviewGlass(ctx context.Context, a access.Actor, month time.Time, entry id.Entry, words string) error {
	if fault := reviewWords.Fault(words); fault != "" {
		return fail.Fields{{Name: "words", Words: fault}}.Err()
	}
	rule, err := d.oversees(a, access.ReviewGlass)
	if err != nil {
		return err
	}
	var key *vault.Key
	err = d.Store.View(ctx, func(tx *store.Tx) error {
		told, err := d.toldIn(tx, a, month)
		if err != nil {
			return err
		}
		if err := mayReview(a, told, entry); err != nil {
			return err
		}
		key, err = d.findGlassBook(tx, a.Org, month.Format(monthForm))
		return err
	})
	if err != nil {
		return err
	}
	return d.Store.Do(ctx, func(tx *store.Tx) error {
		by := ledger.Author{Person: a.Person, Role: string(a.Role), Rule: rule}
		return d.Ledger.Reading(tx, ledger.ReasonBook, key, by, ledger.Event{Kind: kindReviewed,
			Data: reviewed{entry, words}})
	})
}

// mayReview holds that a reason is reviewed once, by somebody else, who is told of it.
func mayReview(a access.Actor, told []Broken, entry id.Entry) error {
	i := slices.IndexFunc(told, func(b Broken) bool { return b.Entry == entry && b.Bar == 0 })
	switch {
	case i < 0:
		return fail.New(fail.Missing, "Page not found")
	case told[i].By == a.Person:
		return fail.New(fail.Conflict, "Somebody else reviews what you opened")
	case !told[i].Review.At.IsZero():
		return fail.New(fail.Conflict, "Somebody has reviewed this already")
	}
	return nil
}
