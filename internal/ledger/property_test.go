package ledger

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
)

// act is one thing that a writer does.
type act struct {
	what   string
	record int // among the records of the run, shared by all writers
	events int
}

var errChangedMyMind = errors.New("the writer gives up at the end of the unit of work")

// party is a group of writers on shared records with two sequencers that do not
// take turns, as if the lock that keeps them apart did not hold.
type party struct {
	*room
	recs []id.Record

	mu    sync.Mutex
	kept  map[string]int // texts whose unit of work was acknowledged
	views int
}

func (p *party) do(writer, n int, a act) error {
	rec := p.recs[a.record]
	var texts []string
	err := p.store.Do(p.ctx, func(tx *store.Tx) error {
		key, err := p.vault.Key(tx, p.org, rec)
		if err != nil {
			return err
		}
		if a.what == "read" {
			return p.Reading(tx, Concern, key, nurse, Event{Kind: "test.viewed"})
		}
		at, err := p.Version(tx, rec)
		if err != nil {
			return err
		}
		if a.what == "late" {
			at--
		}
		events := make([]Event, a.events)
		texts = nil
		for i := range events {
			text := fmt.Sprintf("%s/%d/%d/%d", rec, writer, n, i)
			texts, events[i] = append(texts, fmt.Sprintf(`{"text":%q}`, text)), event(text)
		}
		if _, err := p.Append(tx, Concern, key, at, nurse, events...); err != nil {
			return err
		}
		if a.what == "give up" {
			return errChangedMyMind
		}
		return nil
	})
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case err == nil && a.what == "read":
		p.views++
	case err == nil && a.what == "append":
		for _, s := range texts {
			p.kept[s]++
		}
	case err == nil:
		return fmt.Errorf("%s was acknowledged", a.what)
	case errors.Is(err, errChangedMyMind) && a.what == "give up":
	case fail.Is(err, fail.Stale) && a.what != "read": // another writer of this record was first
	default:
		return err
	}
	return nil
}

// revel runs all writers at once, and the sequencers until they have finished.
func (p *party) revel(scripts [][]act) error {
	errs := make(chan error, len(scripts)+2)
	var writers, sequencers sync.WaitGroup
	done := make(chan struct{})
	for range 2 {
		rival := p.again()
		sequencers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if _, err := rival.advance(p.ctx, false); err != nil {
					errs <- fmt.Errorf("sequencer: %w", err)
					return
				}
			}
		})
	}
	for w, script := range scripts {
		writers.Go(func() {
			for n, a := range script {
				if err := p.do(w, n, a); err != nil {
					errs <- fmt.Errorf("%+v: %w", a, err)
					return
				}
			}
		})
	}
	writers.Wait()
	close(done)
	sequencers.Wait()
	select {
	case err := <-errs:
		return err
	default:
		return nil
	}
}

// check looks at what came of it.
func (p *party) check() error {
	if err := p.Publish(p.ctx); err != nil {
		return err
	}
	if _, err := audit(p.room); err != nil {
		return err
	}
	var views int
	for _, rec := range p.recs {
		es, err := p.history(rec)
		if err != nil {
			return err
		}
		for _, e := range es[1:] {
			if p.kept[string(e.Data)]--; p.kept[string(e.Data)] < 0 {
				return fmt.Errorf("%s is in the history and was not acknowledged once", e.Data)
			}
		}
		seen, err := p.readings(rec)
		if err != nil {
			return err
		}
		views += len(seen)
	}
	for text, n := range p.kept {
		if n != 0 {
			return fmt.Errorf("%s was acknowledged and is lost", text)
		}
	}
	if views != p.views {
		return fmt.Errorf("%d readings acknowledged, %d there", p.views, views)
	}
	return nil
}

func TestWhateverHappensEveryEntryHasOnePlaceInOrder(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		r := furnish(t, s)
		acts := rapid.Custom(func(t *rapid.T) act {
			return act{
				what: rapid.SampledFrom([]string{"append", "append", "append", "read", "read", "late", "give up"}).Draw(t,
					"what"),
				record: rapid.IntRange(0, 2).Draw(t, "record"),
				events: rapid.IntRange(1, 3).Draw(t, "events"),
			}
		})
		rapid.Check(t, func(rt *rapid.T) {
			scripts := rapid.SliceOfN(rapid.SliceOfN(acts, 1, 8), 1, 5).Draw(rt, "scripts")
			p := &party{room: r, kept: map[string]int{}}
			for range 3 {
				p.recs = append(p.recs, r.begin("begun"))
			}
			if err := p.revel(scripts); err != nil {
				rt.Fatal(err)
			}
			if err := p.check(); err != nil {
				rt.Fatal(err)
			}
		})
	})
}
