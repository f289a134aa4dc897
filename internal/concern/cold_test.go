package concern_test

import (
	"context"
	"testing"
	"time"

	"heed/internal/clock"
	"heed/internal/concern"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/heedtest/world"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
)

// oneLeft takes all connections for reading but one, until the test ends.
func oneLeft(w *world.World) {
	w.T.Helper()
	let := make(chan struct{})
	w.T.Cleanup(func() { close(let) })
	one := make(chan struct{})
	for n := 0; ; n++ {
		got, wait := context.WithCancel(context.Background())
		holds := make(chan struct{})
		go func() {
			_ = w.Store.View(got, func(*store.Tx) error {
				close(holds)
				select {
				case <-let:
				case <-one:
				}
				return nil
			})
		}()
		select {
		case <-holds:
		case <-time.After(time.Second):
			wait()
			one <- struct{}{}
			w.T.Logf("%d connections", n)
			return
		}
	}
}

// TestOneViewIsEnough: on a program that has just been started and has looked nothing up, a
// unit of work looks up the organisation itself. With a second view beside its own it would
// wait for a connection that others have who wait too, or see another moment. Seen to fail:
// a hand-over waited for ever.
func TestOneViewIsEnough(t *testing.T) {
	world.Each(t, func(w *world.World) {
		ref, lead := raised(w), w.As("lead")
		take(w, lead, ref, room.Said(process.Acknowledge))
		oneLeft(w)
		cold := func() *room.Desk {
			p := w.Parts()
			p.Directory = directory.New(directory.Parts{Store: w.Store, Vault: w.Vault, Ledger: w.Ledger, Clock: w.Hand,
				Jobs: w.Jobs})
			return room.TestOnlyDesk(p, w.Concerns.Room)
		}
		for name, ask := range map[string]func() error{
			"a record": func() error { _, err := cold().Open(ctx, lead, w.Concerns.Room, ref); return err },
			"a list": func() error {
				_, err := cold().List(ctx, lead, w.Concerns.Room, room.Query{List: string(concern.ListAll), Limit: 5})
				return err
			},
			"a hand-over": func() error {
				_, err := cold().HandOver(ctx, lead, room.Handing{From: lead.Person, To: w.Person("second"), Why: "Leave",
					What: []room.Named{{Room: w.Concerns.Room.Name, Reference: ref}}})
				return err
			},
		} {
			done, watch := make(chan error, 1), clock.Stopwatch()
			go func() { done <- ask() }()
			select {
			case err := <-done:
				if err != nil && !fail.Is(err, fail.Hidden) || watch() > 10*time.Second {
					w.T.Errorf("%s: after %v: %v", name, watch(), err)
				}
			case <-time.After(20 * time.Second):
				w.T.Fatalf("%s waits for a second view", name)
			}
		}
	})
}
