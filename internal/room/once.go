package room

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"heed/internal/access"
	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/jobs"
	"heed/internal/store"
	"heed/internal/vault"
)

// Retry is what an earlier try with the same key did. It answers from itself: however
// long the record's history, it is not read again.
type Retry struct {
	Record  id.Record
	Version int64
	At      time.Time
	Outcome string
	Shut    bool // the step itself closed the record to whoever took it
	sealed  []byte
}

// sealedRetry is what a row seals, of one size whatever came of it.
func sealedRetry(digest []byte, outcome string, shut bool) []byte {
	out := make([]byte, sha256.Size+1+mostOutcome)
	copy(out, digest)
	if shut {
		out[sha256.Size] = 1
	}
	copy(out[sha256.Size+1:], outcome)
	return out
}

// read takes what a row sealed, and says whether it is of the same request.
func (r *Retry) read(plain, digest []byte) bool {
	if len(plain) != sha256.Size+1+mostOutcome || !bytes.Equal(plain[:sha256.Size], digest) {
		return false
	}
	r.Shut = plain[sha256.Size] == 1
	r.Outcome = string(bytes.TrimRight(plain[sha256.Size+1:], "\x00"))
	return true
}

// mostOutcome is the longest name of an outcome; see field.IsName.
const mostOutcome = 40

// A retry is answered as such for this long.
const (
	jobForget = "room-forget-retries"
	retryLife = 48 * time.Hour
)

func retryKey(p id.Person, key string) []byte {
	h := sha256.New()
	h.Write(p.Bytes())
	h.Write([]byte(key))
	return h.Sum(nil)
}

// retryField binds what a try did to its person and key: moved to another's, it does not open.
func retryField(key []byte) string { return "retry:" + string(key) }

// digestOf tells whether two requests ask for the same: operation, record and body.
func digestOf(room, operation string, ref id.Reference, in field.Answers) []byte {
	b, err := json.Marshal(in)
	if err != nil { // answers are text: cannot happen
		panic(err)
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n%s", room, operation, ref, b))
	return sum[:]
}

// before finds an earlier try with the same key. The same key for something else is
// a conflict, never a silent answer.
func (d *Desk) before(tx *store.Tx, a access.Actor, key string, digest []byte) (r Retry, found bool, err error) {
	if key == "" {
		return r, false, nil
	}
	at := retryKey(a.Person, key)
	var us int64
	r, err = store.One(tx, func(r *Retry) []any { return []any{&r.Record, &r.Version, &r.sealed, &us} },
		`select record, version, digest, at from room_retry where key = $1`, at)
	if fail.Is(err, fail.Missing) {
		return r, false, nil
	}
	if err != nil {
		return r, false, err
	}
	k, err := d.keyOf(tx, a.Org, r.Record)
	if fail.Is(err, fail.Gone) {
		return r, false, nil
	}
	if err != nil {
		return r, false, err
	}
	was, err := k.Open(retryField(at), r.Version, r.sealed)
	if err != nil {
		return r, false, err
	}
	if !r.read(was, digest) {
		return r, false, fail.New(fail.Conflict, "This idempotency key was used for something else: use a new key for "+
			"each new request")
	}
	r.At = clock.FromMicros(us)
	return r, true, nil
}

// remember keeps what a key did, in the commit of the change.
func (d *Desk) remember(tx *store.Tx, a access.Actor, key string, k *vault.Key, version int64, digest []byte,
	ev Event) error {
	if key == "" {
		return nil
	}
	at := retryKey(a.Person, key)
	return tx.Later(keyTaken, `insert into room_retry (key, record, version, digest, at) values ($1, $2, $3, $4, $5)`,
		at, k.Record(), version, k.Seal(retryField(at), version, sealedRetry(digest, ev.Outcome,
			ev.bars(a.Person))), clock.Micros(tx.Now()))
}

func keyTaken(rows int64, err error) error {
	if store.IsUnique(err) {
		return errSameMoment
	}
	return store.OneRow(rows, err)
}

// errSameMoment says that the same request was kept by another connection at this
// very moment: run again, the unit finds what that one did.
var errSameMoment = fail.New(fail.Busy, "This is being saved already: try again in a moment")

// errSameReference says that the new reference, which is random, is another record's.
var errSameReference = fail.New(fail.Busy, "The service is busy.%s Try again in a minute", fail.NotSaved)

// again runs a unit of work, and again, a dozen times at most, where the same request came
// twice at one moment, a new reference was taken, or another program moved the record meanwhile.
func (d *Desk) again(ctx context.Context, fn func(*store.Tx) error) error {
	err := d.Store.Do(ctx, fn)
	for range 12 {
		if !errors.Is(err, errSameMoment) && !errors.Is(err, errSameReference) {
			break
		}
		err = d.Store.Do(ctx, fn)
	}
	return err
}

// forget ends the keys of retries that nobody will send again.
func (d *Desk) forget(_ context.Context, tx *store.Tx, j jobs.Job) error {
	if _, err := tx.Exec(`delete from room_retry where at < $1`, clock.Micros(tx.Now().Add(-retryLife))); err != nil {
		return err
	}
	j.Due = tx.Now().Add(retryLife / 4)
	return d.Jobs.Put(tx, j)
}
