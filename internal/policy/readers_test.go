package policy_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"heed/internal/access"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/heedtest/world"
	"heed/internal/id"
	"heed/internal/policy"
	"heed/internal/process"
	"heed/internal/room"
)

// Everybody of an organisation confirms: what stands in the policy's history is its
// keepers' nine steps, and an opening reads no more entries than before. With
// HEED_READERS=8000 it says what that costs (docs/figures.md).
func TestManyReaders(t *testing.T) {
	many := 40
	if n, err := strconv.Atoi(os.Getenv("HEED_READERS")); err == nil {
		many = n
	}
	world.Each(t, func(w *world.World) {
		ctx, r := context.Background(), policy.Room()
		w.Join("keeper", access.GovernanceLead)
		keeper := w.As("keeper")
		got := enteredAndInForce(t, w, keeper)
		if _, err := w.Rooms.Take(ctx, keeper, r, got, room.Said("ask_to_read", "who", process.AskEverybody)); err != nil {
			t.Fatal(err)
		}
		before := opened(t, w, keeper, got)
		readers := make([]access.Actor, many)
		for i := range readers {
			e, err := w.Directory.AddPerson(ctx, w.Org.ID, directory.NewPerson{Name: fmt.Sprint("Test reader ", i),
				Login: fmt.Sprint("reader", i)})
			if err == nil {
				readers[i], err = w.Directory.Actor(ctx, e.Person, "", true)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		v, err := w.Rooms.Open(ctx, readers[0], r, got)
		if err != nil || !v.Reading.Asks() {
			t.Fatal(err, "the reader is not asked")
		}
		began := time.Now()
		for _, a := range readers {
			if _, err := w.Rooms.Confirm(ctx, a, r, got, v.Reading.Edition.Hash); err != nil {
				t.Fatal(err)
			}
		}
		took := time.Since(began)
		after := opened(t, w, keeper, got)
		counting := time.Now()
		c, err := w.Rooms.Confirmations(ctx, keeper, r, got)
		if err != nil || c.Done != many || c.Version != v.Version {
			t.Errorf("%d have confirmed, want %d; the record stands at %d, and at %d before: %v", c.Done, many, c.Version,
				v.Version, err)
		}
		t.Logf("%d readers: a confirmation %v, an opening %v before and %v after, counting %v", many,
			took/time.Duration(many), before, after, time.Since(counting))
	})
}

// opened is what one opening takes, the middle of many.
func opened(t *testing.T, w *world.World, a access.Actor, ref reference) time.Duration {
	t.Helper()
	var all []time.Duration
	for range 21 {
		began := time.Now()
		if _, err := w.Rooms.Open(context.Background(), a, policy.Room(), ref); err != nil {
			t.Fatal(err)
		}
		all = append(all, time.Since(began))
	}
	slices.Sort(all)
	return all[len(all)/2]
}

func enteredAndInForce(t *testing.T, w *world.World, keeper access.Actor) reference {
	t.Helper()
	got, err := w.Rooms.Begin(context.Background(), keeper, policy.Room(), room.Beginning{Strict: true,
		Answers: field.Answers{
			"title": field.Of("Safeguarding"), "kind": field.Of("policy"), "owner": field.Of(keeper.Person.String())}})
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range []struct {
		who  access.Actor
		what room.Taking
	}{
		{keeper, room.Said("write_version", "version", "1.0", "change", "first", "what", "Why", "kept", "Here")},
		{keeper, room.Said("send_for_approval", "body", "Committee")},
		{keeper, room.Said("approve_first", "minute", "Item 7")},
		{w.As("executive"), room.Said("approve_second", "review_on", "2026-12-01")},
	} {
		x.what.Version = int64(i + 1)
		if _, err := w.Rooms.Take(context.Background(), x.who, policy.Room(), got.Reference, x.what); err != nil {
			t.Fatalf("%s: %v %v", x.what.Step, err, fail.FieldsOf(err))
		}
	}
	return got.Reference
}

type reference = id.Reference
