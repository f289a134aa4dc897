package vault

import (
	"testing"

	"heed/internal/id"
	"heed/internal/store"
	"heed/record"
)

// Two processes at one change of key, as when one starts while another is at it, and
// the first goes on to its next change: whoever comes to an end late takes away no key
// that something is still wrapped by.
func TestTwoProcessesChangeOneKey(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		recs := w.make(3)
		first, late := w.another(), w.another()
		begun, goOn, done := make(chan bool), make(chan bool), make(chan error, 1)
		late.at = func(step string) {
			if step != "rekey canary" {
				return
			}
			w.must(first.Rekey(w.ctx(), w.org)) // ends the change that both were at
			first.at = func(step string) {
				if step == "rekey begun" {
					close(begun)
					<-goOn
				}
			}
			go func() { done <- first.Rekey(w.ctx(), w.org) }()
			<-begun
		}
		w.must(late.Rekey(w.ctx(), w.org))
		if keys := must2(OpenKeyFile(w.o.KeyFile)).of(w.org); len(keys) != 2 {
			t.Errorf("%d keys while a change is under way", len(keys))
		}
		w.reopenedWith(recs)
		close(goOn)
		w.must(<-done)
		w.reopenedWith(recs)
		w.settled(recs)
	})
}

// reopenedWith looks at what a new process, which also changes the key, can read.
func (w *world) reopenedWith(recs []id.Record) {
	w.Helper()
	w.reopen()
	w.must(w.vault.Ready(w.ctx()))
	for _, rec := range recs {
		w.mustKey(rec)
	}
}

// The canary of a process that was late, wrapped by a key that is no more, is renewed by
// whoever ended that key, or ends one after it.
func TestALateCanaryIsRenewed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		old := must2(w.vault.keys.Wrap(w.ctx(), w.org, canaryContext(w.org), canaryValue(w.org)))
		w.vault.at = func(step string) {
			if step == "rekey canary" {
				w.must(w.store.Do(w.ctx(), func(tx *store.Tx) error {
					_, err := tx.Exec(`update key_org set canary = $1`, old)
					return err
				}))
			}
		}
		w.must(w.vault.Rekey(w.ctx(), w.org))
		w.must(w.vault.Ready(w.ctx()))
	})
}

// A process that meant to note a generation, and was held up until another had destroyed
// and forgotten it, notes nothing and wraps nothing by it.
func TestADestroyedGenerationIsNotNotedAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		another := w.another()
		first := w.make(1)[0]
		if _, err := another.Erase(w.ctx(), w.org, first, noted(w.org, first)); err != nil {
			t.Fatal(err)
		}
		w.vault.state(w.org).now.noted.Store(false) // it had not been told of the first note yet
		rec := id.NewRecord(w.clock.Now())
		w.must(w.store.Do(w.ctx(), func(tx *store.Tx) error {
			_, err := w.vault.New(tx, w.org, rec, record.Patient)
			return err
		}))
		w.settled([]id.Record{rec})
		w.reopen()
		w.mustKey(rec)
	})
}
