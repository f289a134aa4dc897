package concern

import (
	"crypto/sha256"
	"embed"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/store"
	"heed/internal/vault"
)

// Migrations are the tables that are not made by replay.
//
//go:embed migrations/*.sql
var Migrations embed.FS

//go:embed schema.sql
var schema string

// Row is a concern in a list: no word of what was written, no name of the person.
type Row struct {
	Record    id.Record
	Org       id.Org
	Team      id.Team
	Reference id.Reference
	Raiser    id.Person
	Owner     id.Person
	Version   int64
	State     process.State
	Progress  Progress
	Waiting   bool
	Open      bool // somebody has something to do: not closed, or added to since
	RaisedAt  time.Time
	TellBy    time.Time
	Due       time.Time // zero: nothing is due
	ToldAt    time.Time // zero: not told yet
	ClosedAt  time.Time

	Bars // in no column of the table but the picture

	picture []byte // the row as its history makes it, sealed: see pictured
}

const columns = `record, org, team, reference, raiser, owner, version, state, progress, waiting, open, raised_at, tell_by, due, told_at, closed_at, picture`

func (r *Row) fields() []any {
	return []any{&r.Record, &r.Org, &r.Team, &r.Reference, &r.Raiser, &r.Owner, &r.Version, &r.State, &r.Progress,
		bit{&r.Waiting}, bit{&r.Open}, instant{&r.RaisedAt}, instant{&r.TellBy}, instant{&r.Due}, instant{&r.ToldAt}, instant{&r.ClosedAt}, &r.picture}
}

// rowOf is the list row that a concern's history makes.
func rowOf(c *Concern) Row {
	next, _ := c.NextDue()
	return Row{c.Record, c.Org, c.Team, c.Reference, c.By, c.Owner, c.Version, c.Stage, c.Progress(), c.Waits() && !c.Closed(),
		!c.Closed() || len(c.Due) > 0, c.At, c.HearsBy, next.At, c.ToldAt(), c.EndedAt, c.Bars, nil}
}

func insertRow(tx *store.Tx, key *vault.Key, r Row) error {
	return tx.Later(referenceTaken, `insert into concern_v1 (`+columns+`) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
		r.Record, r.Org, r.Team, string(r.Reference), r.Raiser, r.Owner, r.Version, string(r.State), string(r.Progress),
		number(r.Waiting), number(r.Open), micros(r.RaisedAt), micros(r.TellBy), micros(r.Due), micros(r.ToldAt), micros(r.ClosedAt), r.seal(key))
}

func referenceTaken(rows int64, err error) error {
	if store.IsUnique(err) {
		return errSameReference
	}
	return store.OneRow(rows, err)
}

func updateRow(tx *store.Tx, key *vault.Key, r Row) error {
	n, err := tx.Exec(`update concern_v1 set owner = $2, version = $3, state = $4, progress = $5, waiting = $6, open = $7, due = $8, told_at = $9, closed_at = $10, picture = $11 where record = $1`,
		r.Record, r.Owner, r.Version, string(r.State), string(r.Progress), number(r.Waiting), number(r.Open), micros(r.Due), micros(r.ToldAt), micros(r.ClosedAt), r.seal(key))
	if err == nil && n != 1 {
		return fail.New(fail.Tampered, "The list of concerns does not match the record")
	}
	return err
}

func rowByReference(tx *store.Tx, ref id.Reference) (Row, error) {
	return store.One(tx, (*Row).fields, `select `+columns+` from concern_v1 where reference = $1`, string(ref))
}

// retry is what an earlier try with the same key did.
type retry struct {
	Record  id.Record
	Version int64
	Digest  []byte
	At      time.Time
}

func retryKey(p id.Person, key string) []byte {
	h := sha256.New()
	h.Write(p.Bytes())
	h.Write([]byte(key))
	return h.Sum(nil)
}

// retryField binds what a try did to its person and key: moved to another's, it does not open.
func retryField(key []byte) string { return "retry:" + string(key) }

func findRetry(tx *store.Tx, key []byte) (retry, error) {
	return store.One(tx, func(r *retry) []any { return []any{&r.Record, &r.Version, &r.Digest, instant{&r.At}} },
		`select record, version, digest, at from concern_retry where key = $1`, key)
}

func insertRetry(tx *store.Tx, key []byte, r retry) error {
	return tx.Later(keyTaken, `insert into concern_retry (key, record, version, digest, at) values ($1, $2, $3, $4, $5)`,
		key, r.Record, r.Version, r.Digest, clock.Micros(r.At))
}

func keyTaken(rows int64, err error) error {
	if store.IsUnique(err) {
		return errSameMoment
	}
	return store.OneRow(rows, err)
}

// forgetRetries ends keys that nobody will try again.
func forgetRetries(tx *store.Tx, before time.Time) error {
	_, err := tx.Exec(`delete from concern_retry where at < $1`, clock.Micros(before))
	return err
}

// micros stores the zero time as 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return clock.Micros(t)
}

func number(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

type instant struct{ t *time.Time }

// Scan reads microseconds; 0 is the zero time.
func (i instant) Scan(src any) error {
	us, ok := src.(int64)
	if !ok {
		return fail.New(fail.Tampered, "A time in the list of concerns is not a number")
	}
	*i.t = time.Time{}
	if us != 0 {
		*i.t = clock.FromMicros(us)
	}
	return nil
}

type bit struct{ b *bool }

// Scan reads 0 or 1. Another number is no mark, as the lists have it: it does not match the history.
func (b bit) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fail.New(fail.Tampered, "A mark in the list of concerns is not 0 or 1")
	}
	*b.b = n == 1
	return nil
}
