package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/store"
	"heed/record"
)

// Witness is a party with another master that remembers the largest tree of this
// log that it has seen, and signs only trees that begin with that one.
type Witness interface {
	// Name is the witness's name, as its signatures bear it.
	Name() string
	// Key is what its signatures are checked with.
	Key() record.Verifier
	// Cosign asks for the signature lines of a checkpoint. proof shows that the tree
	// begins with the tree of oldSize, which the witness signed last. When it
	// remembers another size the failure is fail.Stale and known is that size;
	// fail.Conflict says that the proof does not hold for it; all else that it was not
	// reached. Both are said by nobody's signature: they prove nothing. Lines are the
	// witness's own, verified. (internal/witness: Remote)
	Cosign(ctx context.Context, note []byte, oldSize int64, proof []record.Hash) (lines []byte, known int64, err error)
	// Remembered is the last checkpoint of a log that it signed, not verified yet.
	Remembered(ctx context.Context, origin string) ([]byte, error)
}

// WitnessState is how one witness stands, for the banner.
type WitnessState struct {
	Name    string
	Size    int64     // the last tree that it signed; 0 when none
	At      time.Time // when; zero when never
	Behind  int       // checkpoints published since
	Trouble Trouble
}

// Trouble is why a witness has not signed.
type Trouble string

// The troubles of a witness.
const (
	TroubleNone        Trouble = ""
	TroubleUnreachable Trouble = "unreachable" // care goes on; caught up with one proof later
	TroubleRefuses     Trouble = "refuses"     // it answers that it does not sign, and nothing proves why
	TroubleConflict    Trouble = "conflict"    // what it signed before is of another history: a person must look
)

// How long one attempt, and all attempts before the first signature, may take.
const (
	witnessTimeout = 20 * time.Second
	greetTimeout   = 5 * time.Second
)

// Witnessing brings the newest checkpoint to every witness once. Run does so
// after each beat and, for those that did not answer, between beats.
func (l *Log) Witnessing(ctx context.Context) error {
	return l.bringAll(ctx, false)
}

func (l *Log) bringAll(ctx context.Context, again bool) error {
	_, err := l.inTurn(ctx, turnWitness, func(ctx context.Context) error {
		for _, w := range l.o.Witnesses {
			if err := l.bring(ctx, w, again); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

// greet asks every witness, before this process signs anything, to sign once more
// what was published last: who put an older copy back is found before a second
// history is signed. A witness that does not answer holds nobody up for long.
func (l *Log) greet(ctx context.Context) {
	if len(l.o.Witnesses) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, greetTimeout)
	defer cancel()
	if err := l.bringAll(ctx, true); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		l.o.Log.Warn("witnesses could not be asked", "why", err)
	}
}

// bring shows one witness the newest checkpoint. Only the database's failures are
// errors; the witness's are its state. again asks also when it has signed it already.
func (l *Log) bring(ctx context.Context, w Witness, again bool) error {
	var p published
	var old int64
	err := l.store.View(ctx, func(tx *store.Tx) (err error) {
		if p, err = readPublished(tx); err != nil {
			return err
		}
		old, err = store.One(tx, scanInt, `select coalesce(max(size), 0) from log_cosignature where witness = $1`, w.Name())
		return err
	})
	if fail.Is(err, fail.Missing) || err == nil && old == p.size && !again {
		return nil // nothing to sign
	}
	if err != nil {
		return err
	}
	lines, err := l.ask(ctx, w, p, old)
	trouble := TroubleNone
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case fail.Is(err, fail.Stale), fail.Is(err, fail.Conflict):
		trouble = TroubleRefuses
		if proof := l.proves(ctx, w); fail.Is(proof, fail.Tampered) {
			trouble, err = TroubleConflict, proof
		}
	case err != nil:
		trouble = TroubleUnreachable
	}
	was, werr := l.note(ctx, w, p, lines, trouble)
	if trouble != was && trouble != TroubleNone {
		l.o.Log.Warn("a witness has not signed", "witness", w.Name(), "trouble", string(trouble), "why", err)
	}
	if trouble == TroubleConflict {
		l.stop(err)
	}
	return werr
}

// ask shows the checkpoint with a proof from the size that the witness signed
// last, or, when it remembers another, from that: one proof catches up any outage.
func (l *Log) ask(ctx context.Context, w Witness, p published, old int64) ([]byte, error) {
	for range 2 {
		proof, err := l.consistency(ctx, old, p.size)
		if err != nil {
			return nil, err
		}
		try, cancel := context.WithTimeout(ctx, witnessTimeout)
		lines, known, err := w.Cosign(try, p.note, old, proof)
		cancel()
		if !fail.Is(err, fail.Stale) {
			return lines, err
		}
		if known < 0 || known > p.size || known == old {
			return nil, err
		}
		old = known
	}
	return nil, fail.New(fail.Stale, "The witness %s changes its mind about the size it signed", w.Name())
}

func (l *Log) consistency(ctx context.Context, old, size int64) (proof []record.Hash, err error) {
	err = l.store.View(ctx, func(tx *store.Tx) error {
		proof, err = record.ConsistencyProof(tileReader(tx, nil), old, size)
		return err
	})
	return proof, err
}

// note writes what came of asking a witness and gives what had come of it before.
func (l *Log) note(ctx context.Context, w Witness, p published, lines []byte, trouble Trouble) (was Trouble,
	err error) {
	err = l.store.Do(ctx, func(tx *store.Tx) (err error) {
		if was, err = troubleOf(tx, w.Name()); err != nil {
			return fmt.Errorf("read witness: %w", err)
		}
		now := clock.Micros(tx.Now())
		if err := tx.ChangeOne(`insert into log_witness (name, at, trouble) values ($1, $2, $3)
			on conflict (name) do update set at = excluded.at, trouble = excluded.trouble`, w.Name(), now,
			string(trouble)); err != nil {
			return fmt.Errorf("write witness: %w", err)
		}
		if trouble != TroubleNone {
			return nil
		}
		if _, err := tx.Exec(`insert into log_cosignature (size, witness, at, lines) values ($1, $2, $3, $4)
			on conflict (size, witness) do nothing`, p.size, w.Name(), now, lines); err != nil {
			return fmt.Errorf("write cosignature: %w", err)
		}
		return nil
	})
	return was, err
}

func troubleOf(tx *store.Tx, name string) (Trouble, error) {
	t, err := store.One(tx, func(t *Trouble) []any {
		return []any{t}
	}, `select trouble from log_witness where name = $1`, name)
	if fail.Is(err, fail.Missing) {
		return TroubleNone, nil
	}
	return t, err
}

// WitnessState says how each configured witness stands.
func (l *Log) WitnessState(ctx context.Context) ([]WitnessState, error) {
	out := make([]WitnessState, len(l.o.Witnesses))
	err := l.store.View(ctx, func(tx *store.Tx) error {
		for i, w := range l.o.Witnesses {
			var err error
			if out[i], err = witnessState(tx, w); err != nil {
				return fmt.Errorf("read witness: %w", err)
			}
		}
		return nil
	})
	return out, err
}

// witnessState believes of what a witness has signed only its signature.
func witnessState(tx *store.Tx, w Witness) (WitnessState, error) {
	type signed struct {
		size, at    int64
		note, lines []byte
	}
	s := WitnessState{Name: w.Name()}
	last, err := store.One(tx, func(x *signed) []any { return []any{&x.size, &x.at, &x.note, &x.lines} },
		`select c.size, s.at, c.note, s.lines from log_cosignature s join log_checkpoint c on c.size = s.size
			where s.witness = $1 order by s.size desc limit 1`, w.Name())
	if err != nil && !fail.Is(err, fail.Missing) {
		return s, err
	}
	if err == nil {
		if _, _, bad := record.OpenNote(append(last.note, last.lines...), w.Key()); bad == nil {
			s.Size, s.At = last.size, clock.FromMicros(last.at)
		}
	}
	if s.Behind, err = store.One(tx, func(n *int) []any { return []any{n} },
		`select count(*) from log_checkpoint where size > $1`, s.Size); err != nil {
		return s, err
	}
	s.Trouble, err = troubleOf(tx, w.Name())
	return s, err
}
