package ledger

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"testing"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/store"
	"heed/internal/store/storetest"
	"heed/record"
)

// until waits for what another goroutine will do.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 1000 {
		if ok() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("did not happen in five seconds: %s", what)
}

func TestThePublicCheckpointMovesOnTheBeatOnly(t *testing.T) {
	hand := clock.NewHand(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
	storetest.EachClock(t, migrations, hand, func(t *testing.T, s *store.Store) {
		r := furnish(t, s, func(o *Options) { o.Clock = hand })
		ctx, stop := context.WithCancel(r.ctx)
		done := make(chan error, 1)
		go func() { done <- r.Run(ctx) }()
		until(t, "a checkpoint at the start", func() bool { _, err := r.Checkpoint(r.ctx); return err == nil })
		if c := r.checkpoint(); c.Size != 16 {
			t.Fatalf("the first checkpoint is of %d leaves, want 16", c.Size)
		}
		size := int64(16)
		for beat := range 4 {
			for i := range 7 * beat { // beat 0: nothing is written, and it shows nowhere
				r.begin(fmt.Sprint("written in beat ", beat, i))
				hand.Move(time.Second)
			}
			if beat > 0 {
				until(t, "all have a number", func() bool {
					hand.Move(time.Second)
					return r.count(`select count(*) from entry_pending`) == 0
				})
			}
			if c := r.checkpoint(); c.Size != size {
				t.Fatalf("the checkpoint moved to %d between beats", c.Size)
			}
			hand.Move(5 * time.Minute)
			until(t, "the checkpoint moves", func() bool { return r.checkpoint().Size > size })
			c := r.checkpoint()
			if c.Size%16 != 0 || c.Size-size != 16 {
				t.Fatalf("after %d entries the size went from %d to %d", 7*beat, size, c.Size)
			}
			size = c.Size
		}
		stop()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Fatalf("Run ended with %v", err)
		}
	})
}

func TestABeatThatCouldNotBeKeptIsMadeUpFor(t *testing.T) {
	hand := clock.NewHand(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
	s := storetest.SQLite(t, migrations, hand)
	r := furnish(t, s, func(o *Options) { o.Clock = hand })
	run := func(query string) {
		must(t, s.Do(r.ctx, func(tx *store.Tx) error { _, err := tx.Exec(query); return err }))
	}
	run(`create trigger no before insert on log_checkpoint begin select raise(abort, 'not now'); end`)
	r.begin("one")
	ctx, stop := context.WithCancel(r.ctx)
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	for range 2 { // the second is numbered by a turn after the first that failed
		until(t, "entries have numbers though nothing can be published", func() bool {
			hand.Move(time.Second)
			return r.count(`select count(*) from entry_pending`) == 0
		})
		r.begin("another")
	}
	must(t, r.Trouble())
	run(`drop trigger no`)
	until(t, "a checkpoint without waiting for the next beat", func() bool {
		hand.Move(time.Millisecond * 20)
		_, err := r.Checkpoint(r.ctx)
		return err == nil
	})
	stop()
	<-done
}

func TestOrderIsByInsertionNeverByTheClock(t *testing.T) {
	hand := clock.NewHand(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
	storetest.EachClock(t, migrations, hand, func(t *testing.T, s *store.Store) {
		r := furnish(t, s, func(o *Options) { o.Clock = hand })
		rec := r.begin("0")
		jumps := []time.Duration{time.Hour, -time.Hour, 24 * time.Hour, -24 * time.Hour, 10 * 365 * 24 * time.Hour,
			-60 * 365 * 24 * time.Hour, time.Second, -time.Second}
		for i, jump := range jumps {
			hand.Move(jump)
			must(t, r.add(rec, int64(i+1), fmt.Sprint(i+1)))
			if i%3 == 0 {
				must(t, r.Publish(r.ctx))
			}
		}
		var got []string
		es, err := r.history(rec)
		must(t, err)
		for _, e := range es {
			got = append(got, string(e.Data))
		}
		for i, data := range got {
			if data != fmt.Sprintf(`{"text":"%d"}`, i) {
				t.Fatalf("replayed %s", got)
			}
		}
		if len(got) != len(jumps)+1 {
			t.Fatalf("replayed %d entries, want %d", len(got), len(jumps)+1)
		}
		must(t, r.Publish(r.ctx))
		_, err = audit(r)
		must(t, err)
	})
}

func TestAClockSetBackDoesNotStopTheBeat(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		r := furnish(t, s)
		must(t, r.Publish(r.ctx))
		must(t, r.publishDue(r.ctx)) // at once after another: not due
		if c := r.checkpoint(); c.Size != 16 {
			t.Fatalf("published twice in one beat: size %d", c.Size)
		}
		for i, at := range []time.Duration{240 * time.Hour, -240 * time.Hour, -6 * time.Minute} {
			r.sql(`update log_checkpoint set at = $1`, clock.Micros(clock.System{}.Now().Add(at)))
			must(t, r.publishDue(r.ctx))
			if c := r.checkpoint(); c.Size != int64(16*(i+2)) {
				t.Errorf("last beat %s from now: size %d", at, c.Size)
			}
		}
	})
}

// Somebody writes the present into the row again and again: as if another process had
// published just now; and with a size of their own, as if it had published more. Seen to
// fail when the row's time alone was believed, and when its size was.
func TestAWrittenTimeDoesNotHoldUpTheBeat(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		r := furnish(t, s)
		must(t, r.Publish(r.ctx))
		for range 5 {
			r.sql(`update log_checkpoint set at = $1`, clock.Micros(clock.System{}.Now()))
			must(t, r.publishDue(r.ctx))
		}
		if c := r.checkpoint(); c.Size != 16*5 { // the first beat after a start may be another process's
			t.Errorf("five beats: size %d", c.Size)
		}
		r.sql(`update log_checkpoint set at = $1, size = size + 1 where size = (select max(size) from log_checkpoint)`,
			clock.Micros(clock.System{}.Now()))
		wants(t, r.publishDue(r.ctx), fail.Tampered)
		wants(t, r.Trouble(), fail.Tampered)
	})
}

func TestOnlyWhatIsPublishedIsServed(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		r := furnish(t, s)
		_, err := r.Checkpoint(r.ctx)
		wants(t, err, fail.Missing)
		_, err = r.Tile(r.ctx, "tile/0/000.p/1")
		wants(t, err, fail.Missing)
		for i := range 300 {
			r.begin(fmt.Sprint(i))
		}
		must(t, r.Publish(r.ctx))
		for i := range 40 {
			r.begin(fmt.Sprint("later ", i))
		}
		_, err = r.Sequence(r.ctx)
		must(t, err)
		c := r.checkpoint()
		if c.Size != 320 {
			t.Fatalf("published %d leaves, want 320", c.Size)
		}
		read := func(path string) ([]byte, error) { return r.Tile(r.ctx, path) }
		must(t, record.VerifyTiles(r.ctx, read, c, nil))
		for _, path := range []string{"tile/0/001.p/65", "tile/0/001", "tile/0/002.p/1", "tile/1/000.p/2", "tile/1/000",
			"tile/2/000.p/1",
			"tile/entries/001.p/65", "tile/entries/002.p/1", "tile/0/1", "tile/0/../0/000", "tile/8/000", "checkpoint", "",
			"tile/entries/"} {
			_, err := r.Tile(r.ctx, path)
			wants(t, err, fail.Missing)
		}
		for path, from := range map[string]int{"tile/entries/000": 0, "tile/entries/001.p/64": 256,
			"tile/entries/001.p/3": 256} {
			bundle, err := r.Tile(r.ctx, path)
			must(t, err)
			var hashes []byte
			for len(bundle) > 0 {
				n := int(binary.BigEndian.Uint16(bundle))
				h := record.LeafHash([32]byte(bundle[2 : 2+n]))
				hashes = append(hashes, h[:]...)
				bundle = bundle[2+n:]
			}
			tile, err := r.Tile(r.ctx, fmt.Sprintf("tile/0/%03d", from/256)+path[len("tile/entries/000"):])
			must(t, err)
			if !bytes.Equal(tile, hashes) {
				t.Errorf("%s does not hash to its tile", path)
			}
		}
	})
}

func TestAReceiptProvesAnEntryOnceItIsPublished(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		r := furnish(t, s)
		must(t, r.Publish(r.ctx))
		for i := range 6 {
			rec := r.begin("one", "two")
			must(t, r.look(rec, nurse))
			seen, err := r.readings(rec)
			must(t, err)
			e := []Entry{{Record: rec, Version: 1}, {Record: rec, Version: 2}, seen[0]}[i%3]
			before, err := r.Inclusion(r.ctx, e)
			must(t, err)
			_, err = r.Sequence(r.ctx)
			must(t, err)
			between, err := r.Inclusion(r.ctx, e)
			must(t, err)
			if before.Published || between.Published {
				t.Fatal("a receipt speaks of a checkpoint that was not published")
			}
			must(t, r.Publish(r.ctx))
			after, err := r.Inclusion(r.ctx, e)
			must(t, err)
			if !after.Published || after.Leaf != before.Leaf {
				t.Fatalf("the receipt reads %+v, before it was %+v", after, before)
			}
			must(t, after.Verify(r.verifier))
			after.Leaf[7] ^= 1
			if after.Verify(r.verifier) == nil {
				t.Fatal("a receipt for another leaf verifies")
			}
		}
		_, err := r.Inclusion(r.ctx, Entry{Record: r.begin("one"), Version: 2})
		wants(t, err, fail.Missing)
	})
}
