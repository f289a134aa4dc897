package ledger

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/store"
	"heed/internal/store/storetest"
	"heed/record"
)

// forger sits on the way to a witness and answers in its stead.
type forger struct {
	*neighbour
	cosign     func(old int64) (known int64, err error) // nil: what the witness says
	remembered []byte                                   // nil: what the witness says
}

func (f *forger) Cosign(ctx context.Context, note []byte, old int64, proof []record.Hash) ([]byte, int64, error) {
	if f.cosign != nil {
		known, err := f.cosign(old)
		return nil, known, err
	}
	return f.neighbour.Cosign(ctx, note, old, proof)
}

func (f *forger) Remembered(ctx context.Context, origin string) ([]byte, error) {
	if f.remembered != nil {
		return f.remembered, nil
	}
	return f.neighbour.Remembered(ctx, origin)
}

func stale(known int64) func(int64) (int64, error) {
	return func(int64) (int64, error) { return known, fail.New(fail.Stale, "said by nobody") }
}

// TestWhatNobodySignedStopsNothing: answers that anybody on the way to a witness can give.
func TestWhatNobodySignedStopsNothing(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		f := &forger{neighbour: newNeighbour(t, "near.test")}
		var log bytes.Buffer
		r := furnish(t, s, func(o *Options) {
			o.Witnesses = []Witness{f}
			o.Log = slog.New(slog.NewTextHandler(&log, nil))
		})
		f.log = r.verifier
		must(t, r.Publish(r.ctx))
		must(t, r.Witnessing(r.ctx))
		stranger, err := record.NewSigner("ledger.test")
		must(t, err)
		older := f.last
		for name, forged := range map[string]*forger{
			"a larger size":       {cosign: stale(1 << 40)},
			"the same size":       {cosign: func(old int64) (int64, error) { return stale(old)(old) }},
			"a size that is none": {cosign: stale(-1)},
			"a proof that does not hold": {cosign: func(old int64) (int64, error) {
				return old, fail.New(fail.Conflict, "said by nobody")
			}},
			"an older copy":     {cosign: stale(1 << 40), remembered: older},
			"a copy of nothing": {cosign: stale(1 << 40), remembered: []byte("no\n")},
			"a copy by another's key": {cosign: stale(1 << 40),
				remembered: record.SignCheckpoint(record.Checkpoint{Origin: "ledger.test", Size: 1 << 40}, stranger)},
			"what the log keeps for itself": {cosign: stale(1 << 40), remembered: record.SignCheckpoint(
				record.Checkpoint{Origin: "ledger.test", Size: 1 << 40, Extra: []string{internalMark}}, r.Log.signer)},
		} {
			f.cosign, f.remembered = forged.cosign, forged.remembered
			must(t, r.Publish(r.ctx))
			must(t, r.Witnessing(r.ctx))
			if err := r.Trouble(); err != nil {
				t.Fatalf("%s stops the log: %v", name, err)
			}
			if st := r.states()["near.test"]; st.Trouble != TroubleRefuses || st.Words() == "" {
				t.Errorf("%s: it stands at %+v", name, st)
			}
			must(t, r.again().Publish(r.ctx))
		}
		if n := strings.Count(log.String(), "trouble=refuses"); n != 1 {
			t.Errorf("the log says %d times that the witness refuses, want once", n)
		}
		f.cosign, f.remembered = nil, nil
		must(t, r.Witnessing(r.ctx))
		if st := r.states()["near.test"]; st.Trouble != TroubleNone || st.Behind != 0 || st.Words() != "" {
			t.Errorf("asked by itself again it stands at %+v", st)
		}
	})
}

// TestWhatWasSignedIsRememberedOutsideTheDatabase: without any witness.
func TestWhatWasSignedIsRememberedOutsideTheDatabase(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		r := furnish(t, s)
		r.begin("one")
		must(t, r.Publish(r.ctx))
		kept, err := r.read(keptPublic)
		must(t, err)
		if kept.Size != 16 {
			t.Fatalf("%d leaves are remembered, want 16", kept.Size)
		}
		must(t, r.again().Publish(r.ctx)) // another process goes on
		for _, c := range []record.Checkpoint{{Size: 4096, Root: record.Hash{1}}, {Size: 16, Root: record.Hash{1}},
			{Size: 7, Root: record.Hash{1}}} {
			c.Origin = r.o.Origin
			must(t, r.keep(record.SignCheckpoint(c, r.Log.signer)))
			p := r.again()
			wants(t, p.Publish(r.ctx), fail.Tampered)
			wants(t, p.Trouble(), fail.Tampered)
			if c := r.checkpoint(); c.Size != 32 {
				t.Fatalf("a second history of %d leaves was signed", c.Size)
			}
			r.begin("care goes on")
		}
		must(t, r.keep([]byte("damaged")))
		must(t, r.Publish(r.ctx))
	})
}

func TestASignatureThatTheWitnessDidNotMakeIsNotBelieved(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		r, _, far := witnessed(t, s)
		must(t, r.Publish(r.ctx))
		must(t, r.Witnessing(r.ctx))
		far.away = true
		must(t, r.Publish(r.ctx))
		must(t, r.Witnessing(r.ctx))
		other := newNeighbour(t, "far.test")
		note, err := r.Checkpoint(r.ctx)
		must(t, err)
		line, err := record.Cosign(note, other.signer, clock.System{}.Now())
		must(t, err)
		r.sql(`insert into log_cosignature (size, witness, at, lines) values (32, 'far.test', 1, $1)`, line)
		if st := r.states()["far.test"]; st.Behind == 0 || st.Size == 32 {
			t.Errorf("somebody else's signature counts: %+v", st)
		}
	})
}

// TestTwoOfThreeAreEnoughAndOneIsNot: a policy of witnesses, and the age of what waits for it.
func TestTwoOfThreeAreEnoughAndOneIsNot(t *testing.T) {
	hand := clock.NewHand(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
	storetest.EachClock(t, migrations, hand, func(t *testing.T, s *store.Store) {
		all := []*neighbour{newNeighbour(t, "a.test"), newNeighbour(t, "b.test"), newNeighbour(t, "c.test")}
		r := furnish(t, s, func(o *Options) {
			o.Clock, o.Quorum = hand, 2
			for _, w := range all {
				o.Witnesses = append(o.Witnesses, w)
			}
		})
		for _, w := range all {
			w.log = r.verifier
		}
		beat := func() {
			hand.Move(r.o.Beat)
			must(t, r.Publish(r.ctx))
			must(t, r.Witnessing(r.ctx))
		}
		beat()
		must(t, r.Witnessed(r.ctx))
		all[0].away = true
		for range 10 {
			beat()
		}
		must(t, r.Witnessed(r.ctx)) // two of three
		all[1].away = true
		beat()
		must(t, r.Witnessed(r.ctx)) // it has not waited for long
		for range 5 {
			beat()
		}
		err := r.Witnessed(r.ctx)
		wants(t, err, fail.Busy)
		if !strings.Contains(fail.Words(err), "25m0s for the signatures of 2 of 3") {
			t.Errorf("it says %q", fail.Words(err))
		}
		must(t, r.Trouble())
		all[0].away = false
		must(t, r.Witnessing(r.ctx))
		must(t, r.Witnessed(r.ctx))
	})
}
