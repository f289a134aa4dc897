package session

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/url"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/store"
)

// A held form is one whose page was left with words in it: by "Back", for the answer
// to one more question, by "Leave this page", or because its session had fallen asleep.
// It belongs to a session that nobody has ended: who has logged out, or been logged out,
// writes nothing any more. There are a few for each person, a new one in place of the oldest.
const (
	mostHeld   = 10
	leaveGrace = 10 * time.Second // the script of "Leave this page" sends the text beside the leaving
)

// MayHold says whether a form of this session may still be kept for its owner.
func (k *Keeper) MayHold(x Session) bool {
	now := clock.Micros(k.clock.Now())
	if x.stage != stageIn || now-x.started > k.absolute.Microseconds() {
		return false
	}
	return x.ended == 0 || x.left && now-x.ended <= leaveGrace.Microseconds()
}

// heldForm is what was typed, for which address, in which session.
type heldForm struct {
	Path    string
	Values  url.Values
	Session []byte // hash of its token
}

// HeldName is the draft's name for a form of this address. The address does not stand
// there in the clear; who guesses it can tell that it is the one.
func HeldName(path string) string {
	sum := sha256.Sum256([]byte(path))
	return "held:" + hex.EncodeToString(sum[:12])
}

// Hold keeps what stood in a form for the person whose session it is.
func (k *Keeper) Hold(ctx context.Context, x Session, path string, values url.Values) error {
	return k.store.Do(ctx, func(tx *store.Tx) error {
		name := HeldName(path)
		if err := k.keepDraft(tx, x.owner, name, heldForm{path, values, x.token[:]}); err != nil {
			return err
		}
		_, err := tx.Exec(`delete from web_draft where person = $1 and name like 'held:%' and name <> $2 and name not in (
select name from web_draft where person = $1 and name like 'held:%' and name <> $2 order by at desc, name limit $3)`,
			x.owner.person, name, mostHeld-1)
		if err != nil {
			return fmt.Errorf("drop the oldest held form: %w", err)
		}
		return nil
	})
}

// Held is what is held of a form, and whether this very session held it; fail.Missing
// when nothing is.
func (k *Keeper) Held(ctx context.Context, x Session, path string) (values url.Values, same bool, err error) {
	var held heldForm
	err = k.OpenDraft(ctx, x, HeldName(path), &held)
	return held.Values, bytes.Equal(held.Session, x.token[:]), err
}

// AddToDraft keeps some values beside what the draft holds now, whoever of two windows
// is first, and gives all of it.
func (k *Keeper) AddToDraft(ctx context.Context, x Session, name string, some url.Values) (all url.Values, err error) {
	err = k.store.Do(ctx, func(tx *store.Tx) error {
		all = url.Values{}
		turn := sha256.Sum256([]byte(x.owner.person.String() + "\n" + name))
		if err := tx.InTurn(turn[:]); err != nil {
			return err
		}
		err := k.openDraft(tx, x, name, &all)
		if err != nil && !fail.Is(err, fail.Missing) && !fail.Is(err, fail.Gone) {
			return err
		}
		maps.Copy(all, some)
		return k.keepDraft(tx, x.owner, name, all)
	})
	return all, err
}

// OpenDraft reads what the session's owner has kept under a name; fail.Missing when there is nothing,
// fail.Gone when it is of a day that is over its life, in a restored database.
func (k *Keeper) OpenDraft(ctx context.Context, x Session, name string, into any) error {
	return k.store.View(ctx, func(tx *store.Tx) error { return k.openDraft(tx, x, name, into) })
}

func (k *Keeper) openDraft(tx *store.Tx, x Session, name string, into any) error {
	row, err := store.One(tx, (*sealedRow).fields, `select at, sealed from web_draft
		where person = $1 and name = $2 and at >= $3`, x.owner.person, name, clock.Micros(tx.Now().Add(-keepDrafts)))
	if err != nil { // one that is over its life, and not swept yet, is not there
		return err
	}
	return k.days.openJSON(x.owner, draftField+name, row.at, row.sealed, into)
}

const draftField = "web:draft:"

// sealedRow is words with the instant that binds them to their row.
type sealedRow struct {
	at     int64
	sealed []byte
}

func (r *sealedRow) fields() []any { return []any{&r.at, &r.sealed} }

// KeepDraft keeps v for the session's owner, in place of what had this name.
func (k *Keeper) KeepDraft(ctx context.Context, x Session, name string, v any) error {
	return k.store.Do(ctx, func(tx *store.Tx) error { return k.keepDraft(tx, x.owner, name, v) })
}

func (k *Keeper) keepDraft(tx *store.Tx, who owner, name string, v any) error {
	at := clock.Micros(tx.Now())
	sealed, err := k.days.sealJSON(who, draftField+name, at, v)
	if err != nil {
		return err
	}
	err = tx.ChangeOne(`insert into web_draft (person, name, at, sealed) values ($1, $2, $3, $4)
on conflict (person, name) do update set at = excluded.at, sealed = excluded.sealed`, who.person, name, at, sealed)
	if err != nil {
		return fmt.Errorf("keep draft: %w", err)
	}
	return nil
}

// DropDrafts throws drafts of the session's owner away, in the caller's own commit.
func (k *Keeper) DropDrafts(tx *store.Tx, x Session, names ...string) error {
	for _, n := range names {
		if _, err := tx.Exec(`delete from web_draft where person = $1 and name = $2`, x.owner.person, n); err != nil {
			return fmt.Errorf("drop draft: %w", err)
		}
	}
	return nil
}

// Do is a unit of work for what a session keeps.
func (k *Keeper) Do(ctx context.Context, fn func(*store.Tx) error) error { return k.store.Do(ctx, fn) }

const flashField = "web:flash"

// KeepFlash keeps words for the next page, sealed in the session's row.
func (k *Keeper) KeepFlash(ctx context.Context, x Session, words string) error {
	return k.store.Do(ctx, func(tx *store.Tx) error {
		sealed, err := k.days.sealJSON(x.owner, flashField, x.started, words)
		if err != nil {
			return err
		}
		_, err = tx.Exec(`update web_session set flash = $1 where token = $2`, sealed, x.token[:])
		return err
	})
}

// TakeFlash gives the words that were kept, once; "" when there are none or they cannot be read.
func (k *Keeper) TakeFlash(ctx context.Context, x Session) (words string, err error) {
	if len(x.flash) == 0 {
		return "", nil
	}
	if err := k.days.openJSON(x.owner, flashField, x.started, x.flash, &words); err != nil {
		words = ""
	}
	err = k.store.Do(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`update web_session set flash = null where token = $1`, x.token[:])
		return err
	})
	return words, err
}
