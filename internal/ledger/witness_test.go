package ledger

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/store"
	"heed/record"
)

// neighbour is a witness in memory that keeps the rules of its protocol.
type neighbour struct {
	signer record.Signer
	log    record.Verifier

	mu    sync.Mutex
	away  bool
	size  int64
	root  record.Hash
	last  []byte // what it signed
	asked int
}

func newNeighbour(t testing.TB, name string) *neighbour {
	signer, err := record.NewCosigner(name)
	must(t, err)
	return &neighbour{signer: signer, root: record.EmptyRoot()}
}

func (w *neighbour) Name() string { return w.signer.Name() }

func (w *neighbour) Key() record.Verifier { return w.signer.Verifier() }

func (w *neighbour) Remembered(context.Context, string) ([]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.away || w.last == nil {
		return nil, fail.New(fail.Busy, "The witness could not be reached")
	}
	return w.last, nil
}

// saw has the witness remember a tree that the log's key has signed.
func (w *neighbour) saw(t *testing.T, r *room, size int64, root record.Hash) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.size, w.root = size, root
	note := record.SignCheckpoint(record.Checkpoint{Origin: r.o.Origin, Size: size, Root: root}, r.Log.signer)
	line, err := record.Cosign(note, w.signer, clock.System{}.Now())
	must(t, err)
	w.last, err = record.AddSignatures(note, line)
	must(t, err)
}

func (w *neighbour) Cosign(_ context.Context, note []byte, old int64, proof []record.Hash) ([]byte, int64, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked++
	if w.away {
		return nil, -1, fail.New(fail.Busy, "The witness could not be reached")
	}
	c, _, err := record.OpenCheckpoint(note, w.log)
	if err != nil {
		return nil, -1, err
	}
	if old != w.size {
		return nil, w.size, fail.New(fail.Stale, "The witness last signed another tree")
	}
	if err := record.VerifyConsistency(old, c.Size, proof, w.root, c.Root); err != nil {
		return nil, w.size, fail.Wrap(fail.Conflict, err, "The proof does not hold")
	}
	w.size, w.root = c.Size, c.Root
	line, err := record.Cosign(note, w.signer, clock.System{}.Now())
	if err == nil {
		w.last, err = record.AddSignatures(note, line)
	}
	return line, w.size, err
}

// witnessed is a room with two neighbours.
func witnessed(t *testing.T, s *store.Store) (r *room, near, far *neighbour) {
	near, far = newNeighbour(t, "near.test"), newNeighbour(t, "far.test")
	r = furnish(t, s, func(o *Options) { o.Witnesses = []Witness{near, far} })
	near.log, far.log = r.verifier, r.verifier
	return r, near, far
}

func (r *room) states() map[string]WitnessState {
	r.t.Helper()
	out := map[string]WitnessState{}
	all, err := r.WitnessState(r.ctx)
	must(r.t, err)
	for _, s := range all {
		out[s.Name] = s
	}
	return out
}

func TestWitnessesSignWhatIsPublished(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		r, near, far := witnessed(t, s)
		must(t, r.Witnessing(r.ctx)) // nothing published yet
		r.begin("one")
		must(t, r.Publish(r.ctx))
		if st := r.states()["near.test"]; st.Behind != 1 || st.Size != 0 || !st.At.IsZero() {
			t.Fatalf("before it was asked a witness stands at %+v", st)
		}
		must(t, r.Witnessing(r.ctx))
		note, err := r.Checkpoint(r.ctx)
		must(t, err)
		_, sigs, err := record.OpenCheckpoint(note, r.verifier, near.signer.Verifier(), far.signer.Verifier())
		must(t, err)
		if len(sigs) != 3 {
			t.Fatalf("the checkpoint bears %d signatures, want 3:\n%s", len(sigs), note)
		}
		for name, st := range r.states() {
			if st.Behind != 0 || st.Size != 16 || st.Trouble != TroubleNone || st.At.IsZero() {
				t.Errorf("%s stands at %+v", name, st)
			}
		}
		asked := near.asked
		must(t, r.Witnessing(r.ctx))
		if near.asked != asked {
			t.Error("a witness was asked again for what it has signed")
		}
	})
}

func TestAWitnessThatWasAwayShowsAndCatchesUpWithOneProof(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		r, near, far := witnessed(t, s)
		must(t, r.Publish(r.ctx))
		must(t, r.Witnessing(r.ctx))
		far.away = true
		for range 288 { // a day of beats
			must(t, r.Publish(r.ctx))
		}
		must(t, r.Witnessing(r.ctx))
		if st := r.states()["far.test"]; st.Trouble != TroubleUnreachable || st.Behind != 288 || st.Size != 16 {
			t.Fatalf("away for a day, the witness stands at %+v", st)
		}
		if st := r.states()["near.test"]; st.Behind != 0 || near.size != 289*16 {
			t.Fatalf("the other stands at %+v", st)
		}
		must(t, r.Trouble())
		far.away = false
		asked := far.asked
		must(t, r.Witnessing(r.ctx))
		if st := r.states()["far.test"]; st.Trouble != TroubleNone || st.Behind != 0 || far.asked != asked+1 {
			t.Fatalf("back again after %d questions it stands at %+v", far.asked-asked, st)
		}
		// The database forgot what this witness signed: it says so itself.
		r.sql(`delete from log_cosignature where witness = 'far.test'`)
		must(t, r.Publish(r.ctx))
		must(t, r.Witnessing(r.ctx))
		if st := r.states()["far.test"]; st.Behind != 0 {
			t.Fatalf("after the database forgot, it stands at %+v", st)
		}
	})
}

func TestAnOlderCopyPutBackIsFoundBeforeASecondHistoryIsSigned(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		r, near, _ := witnessed(t, s)
		must(t, r.Publish(r.ctx))
		must(t, r.Witnessing(r.ctx))
		near.saw(t, r, 4096, record.Hash{1}) // it saw a longer tree, which is no more
		after := r.again()
		ctx, stop := context.WithCancel(r.ctx)
		done := make(chan error, 1)
		go func() { done <- after.Run(ctx) }()
		until(t, "the log stops", func() bool { return after.Trouble() != nil })
		time.Sleep(20 * time.Millisecond)
		stop()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Fatalf("Run ended with %v", err)
		}
		wants(t, after.Trouble(), fail.Tampered)
		if n := r.count(`select count(*) from log_checkpoint`); n != 1 {
			t.Errorf("%d checkpoints signed, want the 1 from before", n)
		}
		if st := r.states()["near.test"]; st.Trouble != TroubleConflict {
			t.Errorf("the witness stands at %+v", st)
		}
		third := r.again() // started anew, it does not sign either
		wants(t, third.Publish(r.ctx), fail.Tampered)
		r.begin("care goes on")
	})
}

func TestASecondHistoryOfOneSizeIsRefused(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		r, near, _ := witnessed(t, s)
		must(t, r.Publish(r.ctx))
		must(t, r.Witnessing(r.ctx))
		near.saw(t, r, near.size, record.Hash{1})
		must(t, r.Publish(r.ctx))
		must(t, r.Witnessing(r.ctx))
		wants(t, r.Trouble(), fail.Tampered)
		wants(t, r.Publish(r.ctx), fail.Tampered)
	})
}
