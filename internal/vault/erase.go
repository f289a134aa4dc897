package vault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
	"heed/record"
)

// How a record R, whose key is wrapped by generation N, comes to its end. This
// file has what does a step and what goes on after a crash; settle.go what a restored
// database is brought to.
//
//	state      in the database                         in the key store             killed here
//	---------  --------------------------------------  ---------------------------  ---------------------------------
//	living     R's key, wrapped by N                   N                            nothing has happened
//	announced  as living; R's key is locked            N; R is announced            nothing has happened; Resume takes
//	                                                                                it back
//	decided    its entry; R's key is gone; N is        as announced                 Resume finds R announced, and the
//	           retired. One commit                                                  entry that makes it count
//	succeeded  N's successor S is noted                N, S; R is announced         S is used again; an S that was
//	                                                                                made and not noted stays unused
//	moving     some of N's living are wrapped by S     as succeeded                 the others are moved
//	moved      nothing that opens is wrapped by N      as succeeded                 as moving: there is nothing to do
//	scrubbed   the live files hold no key wrapped by   as succeeded                 as moved; scrubbed again
//	           N, and no reader looks at any
//	destroyed  as scrubbed                             a tombstone of N names R;    the next start forgets N
//	                                                   S carries the list of what
//	                                                   it took over; N is gone; R
//	                                                   is announced no more. One
//	                                                   stroke
//	done       nothing of N                            as destroyed                 nothing is left to do
//
// What was destroyed is known by the tombstones alone; that something was decided,
// by the entries alone. Nothing in the database decides either: what is announced
// without its entry is passed over, and so is an entry that was not announced. A record
// whose generation is gone is erased if a tombstone names it, living if a list carries
// its key, and otherwise tampered with.
//
// A database restored from before the erasure, beside the present key store, holds R
// and N's living wrapped by N. Settle gives the living their present keys from the
// lists, and takes R's key away with an entry in the same commit. A key store from
// before the erasure, beside a later history, neither holds the tombstone that an
// entry asks for nor had R announced: Settle refuses. When no newer copy is left,
// DestroyAgain announces the records that entries name.

// Erasure is what an erasure's entry says.
type Erasure struct {
	Record     id.Record
	Generation int64 // whose key goes with it
	At         time.Time
}

// History is what the vault asks of whoever keeps the history: an erasure counts
// by its entry, which cannot be made in the database.
type History interface {
	// Erasures are those that the organisation's own record holds an entry of.
	Erasures(tx *store.Tx, org id.Org) ([]Erasure, error)
	// NoteErased appends the entry of an erasure to a history from before it, and
	// takes away what else the database holds of the record.
	NoteErased(tx *store.Tx, org id.Org, e Erasure) error
}

// Erase destroys a record's key. In one commit: entry appends the erasure's entry,
// which names the generation (the key still opens inside it), and the wrapped key
// goes. Then the generation is destroyed.
//
// An error after that commit leaves the record erased and the destruction to
// Resume. Erasing what is erased gives its certificate again, without an entry.
func (v *Vault) Erase(ctx context.Context, org id.Org, rec id.Record,
	entry func(tx *store.Tx, generation int64) error) (Certificate, error) {
	var e Erasure
	err := v.store.Do(ctx, func(tx *store.Tx) (err error) {
		e, err = v.decide(tx, org, rec, entry)
		return err
	})
	if err != nil {
		if t, e := v.tombstones(ctx, org); e == nil && !t.announced[rec].IsZero() {
			_ = v.takeBack(context.WithoutCancel(ctx), org, rec) // else Resume does
		}
		return Certificate{}, err
	}
	v.at("decided")
	ctx = context.WithoutCancel(ctx) // a request that goes away does not leave it half done
	err = v.finish(ctx, org, e)
	if err == nil { // one that was cut short may have moved this key, and still holds what it was wrapped by
		_, err = v.finishAll(ctx, org)
	}
	if err != nil {
		return Certificate{}, fmt.Errorf("the record is erased; its generation key is not destroyed yet and will be by "+
			"Resume: %w", err)
	}
	return v.Certificate(ctx, org, rec)
}

// decide is living → decided.
func (v *Vault) decide(tx *store.Tx, org id.Org, rec id.Record,
	entry func(tx *store.Tx, generation int64) error) (Erasure, error) {
	switch err := holdKey(tx, org, rec); {
	case fail.Is(err, fail.Missing):
		return v.decided(tx, org, rec)
	case err != nil:
		return Erasure{}, err
	}
	// Its row may say another generation than the one that it opens under: that one is named, and goes.
	key, err := v.key(tx, org, rec)
	if err != nil {
		return Erasure{}, err
	}
	if err := entry(tx, key.generation); err != nil {
		return Erasure{}, err
	}
	if err := takeKey(tx, org, rec); err != nil {
		return Erasure{}, err
	}
	if err := v.announce(org, rec); err != nil { // before this commits
		return Erasure{}, err
	}
	v.at("announced")
	// From this commit on no record key is wrapped by this generation: New reads the row.
	_, err = tx.Exec(`update key_generation set retired_at = $1 where org = $2 and generation = $3 and retired_at is null`,
		clock.Micros(tx.Now()), org, key.generation)
	return Erasure{Record: rec, Generation: key.generation, At: tx.Now()}, err
}

// holdKey keeps a key's row as it is until this unit ends.
func holdKey(tx *store.Tx, org id.Org, rec id.Record) error {
	_, err := store.One(tx, (*wrappedKey).scan, selectKey+tx.ForUpdate(), rec, org)
	return err
}

func takeKey(tx *store.Tx, org id.Org, rec id.Record) error {
	_, err := tx.Exec(`delete from record_key where record = $1 and org = $2`, rec, org)
	return err
}

// decided is the erasure of a record that has no key; fail.Missing when there was none.
// The key store is looked at after the database.
func (v *Vault) decided(tx *store.Tx, org id.Org, rec id.Record) (Erasure, error) {
	if rec == org.Record() { // in which erasures are looked up; it is erased with the organisation
		return Erasure{}, fail.New(fail.Missing, "Not found")
	}
	t, err := v.tombstones(context.Background(), org)
	if b, named := t.named(rec); err == nil && named {
		return Erasure{Record: rec, Generation: b.stone.Generation, At: b.at}, nil
	}
	waiting, _, err := v.waiting(tx, org)
	if err != nil {
		return Erasure{}, err
	}
	for _, e := range waiting {
		if e.Record == rec {
			return e, nil
		}
	}
	if t, err = v.tombstones(context.Background(), org); err != nil {
		return Erasure{}, err
	}
	if b, named := t.named(rec); named {
		return Erasure{Record: rec, Generation: b.stone.Generation, At: b.at}, nil
	}
	return Erasure{}, fail.New(fail.Missing, "Not found")
}

// Resume finishes the erasures that a crash or a full disk cut short. One that cannot be finished keeps no other up.
func (v *Vault) Resume(ctx context.Context) error {
	var all []error
	for _, org := range v.orgsKnown() {
		without, err := v.finishAll(ctx, org)
		all = append(all, err)
		for _, rec := range without {
			all = append(all, v.takeBack(ctx, org, rec))
		}
	}
	return errors.Join(all...)
}

// finishAll finishes what waits of an organisation. without are announced and have no entry.
func (v *Vault) finishAll(ctx context.Context, org id.Org) (without []id.Record, err error) {
	var waiting []Erasure
	err = v.store.View(ctx, func(tx *store.Tx) (err error) {
		waiting, without, err = v.waiting(tx, org)
		return err
	})
	for _, e := range waiting {
		err = errors.Join(err, v.finish(ctx, org, e))
	}
	return without, err
}

// orgsKnown are the organisations that the key store has counted generations of.
func (v *Vault) orgsKnown() (out []id.Org) {
	for _, o := range v.file.snapshot().Orgs {
		out = append(out, orgOf(o.Org))
	}
	return out
}

// finish is decided → done. Every step may be cut short and done again. Nothing is
// lost when two processes do this at once; taking turns only saves work.
func (v *Vault) finish(ctx context.Context, org id.Org, e Erasure) error {
	for {
		ran, err := v.store.Exclusive(ctx, "vault-erase", func(ctx context.Context) error { return v.destroy(ctx, org, e) })
		if ran || err != nil {
			return err
		}
		if err := v.pause(ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
}

// destroy ends a generation for this erasure, and for every other that waits for it.
func (v *Vault) destroy(ctx context.Context, org id.Org, sure Erasure) error {
	named, err := v.named(ctx, org, sure)
	if err != nil {
		return err
	}
	if len(named) > 0 {
		v.retire(org, sure.Generation)
		next, left, err := v.moveAll(ctx, org, sure.Generation, named)
		if err != nil {
			return err
		}
		v.at("moved")
		if err := v.scrub(ctx); err != nil {
			return err
		}
		v.at("scrubbed")
		if err := v.overwrite(ctx, org, sure.Generation, next, left, named); err != nil {
			return err
		}
	}
	v.at("destroyed")
	return v.store.Do(ctx, func(tx *store.Tx) error { return forgetGeneration(tx, org, sure.Generation) })
}

// named are the erasures of one generation that no tombstone names yet.
func (v *Vault) named(ctx context.Context, org id.Org, sure Erasure) (out []Erasure, err error) {
	var waiting []Erasure
	err = v.store.View(ctx, func(tx *store.Tx) error {
		waiting, _, err = v.waiting(tx, org)
		return err
	})
	if err != nil {
		return nil, err
	}
	t, err := v.tombstones(ctx, org) // another process may have been first
	if err != nil {
		return nil, err
	}
	if _, done := t.named(sure.Record); !done {
		out = append(out, sure)
	}
	for _, e := range waiting {
		if _, done := t.named(e.Record); !done && e.Generation == sure.Generation && e.Record != sure.Record {
			out = append(out, e)
		}
	}
	return out, nil
}

// forgetGeneration takes away what the database remembers of a destroyed generation,
// unless something is left there that must be looked at.
func forgetGeneration(tx *store.Tx, org id.Org, number int64) error {
	_, err := tx.Exec(`delete from key_generation where org = $1 and generation = $2
		and not exists (select 1 from record_key k where k.org = $1 and k.generation = $2)`, org, number)
	return err
}

// moveBatch is how many record keys are wrapped again in one unit of work:
// a few milliseconds, so that no writer waits for long.
const moveBatch = 100

var errSuccessorRetired = errors.New("vault: the successor was retired meanwhile")

// moveAll is decided → moved. left is the number of rows that did not authenticate:
// they stay and cannot be read.
func (v *Vault) moveAll(ctx context.Context, org id.Org, number int64, named []Erasure) (next *generation, left int,
	err error) {
	for range 10 { // others may retire one or two; more than that is no accident
		next, err = v.successor(ctx, org, number, named)
		if err != nil || next == nil {
			return nil, 0, err
		}
		left, err = v.moveTo(ctx, org, number, next, named)
		if !errors.Is(err, errSuccessorRetired) {
			break
		}
	}
	return next, left, err
}

func (v *Vault) moveTo(ctx context.Context, org id.Org, number int64, next *generation, named []Erasure) (left int,
	err error) {
	for last := (id.Record{}); ; {
		var rows []wrappedKey
		var bad int
		err := v.store.Do(ctx, func(tx *store.Tx) (err error) {
			rows, bad, err = v.moveSome(tx, org, number, last, next, named)
			return err
		})
		if err != nil {
			return left, err
		}
		left += bad
		if len(rows) == 0 {
			return left, nil
		}
		last = rows[len(rows)-1].rec
		v.at("moving")
	}
}

func (v *Vault) moveSome(tx *store.Tx, org id.Org, number int64, last id.Record, next *generation,
	named []Erasure) (rows []wrappedKey, bad int, err error) {
	if err := takes(tx, next); err != nil {
		return nil, 0, err
	}
	rows, err = store.All(tx, (*wrappedKey).scan, fmt.Sprintf(`select record, generation, wrapped from record_key
		where org = $1 and generation = $2 and record > $3 order by record limit %d`, moveBatch)+tx.ForUpdate(),
		org, number, last.Bytes())
	if err != nil {
		return nil, 0, err
	}
	erased, err := v.erasedOf(tx, org, rows, named)
	if err != nil {
		return nil, 0, err
	}
	for _, row := range rows {
		if erased[row.rec] {
			continue
		}
		raw, err := v.unwrap(org, row.rec, number, row.wrapped)
		if fail.Is(err, fail.Tampered) {
			bad++
			continue
		}
		if err != nil {
			return nil, 0, err
		}
		if err := keepUnder(tx, org, row.rec, raw, number, next); err != nil {
			return nil, 0, err
		}
	}
	return rows, bad, nil
}

// takes is nil while a generation may take records that were moved, and until this unit ends.
func takes(tx *store.Tx, g *generation) error {
	retired, err := store.One(tx, func(n *int) []any { return []any{n} },
		`select case when retired_at is null then 0 else 1 end from key_generation
		where org = $1 and generation = $2`+tx.ForUpdate(), g.org, g.number)
	switch {
	case fail.Is(err, fail.Missing) || err == nil && retired != 0:
		return errSuccessorRetired
	case err != nil:
		return fmt.Errorf("read successor: %w", err)
	}
	return nil
}

// erasedOf are the erased among these: their rows went when that was decided, and somebody put them in again. They
// stay where they are, to be named, and what they are wrapped by goes.
func (v *Vault) erasedOf(tx *store.Tx, org id.Org, rows []wrappedKey, named []Erasure) (map[id.Record]bool, error) {
	if err := v.file.read(); err != nil {
		return nil, err
	}
	t, err := v.tombstones(context.Background(), org)
	if err != nil {
		return nil, err
	}
	erased := map[id.Record]bool{}
	for _, e := range named {
		erased[e.Record] = true
	}
	if slices.ContainsFunc(rows, func(r wrappedKey) bool { // decided since named was asked for?
		_, announced := t.announced[r.rec]
		return announced && !erased[r.rec]
	}) {
		more, _, err := v.waiting(tx, org)
		if err != nil {
			return nil, err
		}
		for _, e := range more {
			erased[e.Record] = true
		}
	}
	return erased, nil
}

// successor is the generation that takes over the living of another; nil when
// nothing lives there. One that an interrupted erasure made is used again.
func (v *Vault) successor(ctx context.Context, org id.Org, number int64, named []Erasure) (*generation, error) {
	_, _, err := v.file.find(org, number) // reads the file when it is not known yet
	var carried map[id.Record]rawKey
	if err == nil {
		err = v.asKept(func(ks *record.KeyStore) (err error) {
			i, held := ks.Find([16]byte(org.Bytes()), number)
			if !held {
				return errNoGeneration
			}
			carried, err = v.carriedBy(org, ks.Generations[i], named)
			return err
		})
	}
	if errors.Is(err, errNoGeneration) {
		return nil, nil //nolint:nilnil // it is gone: whatever lived there was moved, or lost
	}
	if err != nil {
		return nil, err
	}
	var living, known int64
	err = v.store.View(ctx, func(tx *store.Tx) error {
		err := tx.QueryRow(`select count(*) from record_key where org = $1 and generation = $2`, org, number).Scan(&living)
		if err != nil {
			return err
		}
		known, err = liveSuccessor(tx, org, number)
		return err
	})
	if err != nil {
		return nil, err
	}
	if known != 0 && known != number {
		if g, err := v.generation(org, known); !errors.Is(err, errDestroyed) && !errors.Is(err, errNoGeneration) {
			return g, err
		} // lost with a key store, or said by nobody: another is made
	}
	if living == 0 && len(carried) == 0 {
		return nil, nil //nolint:nilnil // nothing lives there
	}
	g, err := v.makeGeneration(org)
	if err != nil {
		return nil, err
	}
	v.at("successor")
	return g, v.store.Do(ctx, func(tx *store.Tx) error {
		if err := v.note(tx, g); err != nil {
			return err
		}
		_, err := tx.Exec(`update key_generation set successor = $1 where org = $2 and generation = $3`, g.number, org,
			number)
		return err
	})
}

// liveSuccessor is 0 when there is none that may still take records.
func liveSuccessor(tx *store.Tx, org id.Org, number int64) (int64, error) {
	n, err := store.One(tx, func(n *int64) []any { return []any{n} }, `select s.generation from key_generation g
		join key_generation s on s.org = g.org and s.generation = g.successor and s.retired_at is null
		where g.org = $1 and g.generation = $2`, org, number)
	if fail.Is(err, fail.Missing) {
		return 0, nil
	}
	return n, err
}

// overwrite is scrubbed → destroyed, in one stroke of the key store: the generation
// goes from both slots, its tombstone names the erased, and its successor carries
// the keys of the living.
func (v *Vault) overwrite(ctx context.Context, org id.Org, number int64, next *generation, left int,
	named []Erasure) error {
	living, err := v.livingIn(ctx, org, next)
	if err != nil {
		return err
	}
	now := v.clock.Now()
	stone := record.Tombstone{Generation: number, DestroyedAt: clock.Micros(now), LeftBehind: left}
	gone := map[id.Record]bool{}
	for _, e := range named {
		stone.Records = append(stone.Records, record.ErasedRecordAt{Record: [16]byte(e.Record.Bytes()),
			At: clock.Micros(e.At)})
		gone[e.Record] = true
		if until := DraftsUntil(e.At); until.After(now) {
			now = until
		}
	}
	stone.RecoverableUntil = clock.Micros(now.Add(v.backupLife))
	return v.file.change(func(ks *record.KeyStore) (bool, error) {
		if err := v.carry(ks, org, number, next, living, gone); err != nil {
			return false, err
		}
		remove(ks, [16]byte(org.Bytes()), number)
		return true, v.bury(ctx, ks, org, stone)
	})
}
