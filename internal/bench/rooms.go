package bench

import (
	"context"
	"fmt"
	"time"

	"heed/internal/access"
	"heed/internal/app"
	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/room"
	"heed/internal/store"
)

// rooms measures what the records' desk does with many whole records: comparing what
// is made from their history with it, making it anew, and opening one with a reason.
func (b *Bench) rooms(ctx context.Context) ([]Figure, error) {
	return b.onBoth(ctx, "rooms", b.roomsOf)
}

// notes are how many a record has in this measurement.
const notes = 4

func (b *Bench) roomsOf(ctx context.Context, in *installation, engine string) (out []Figure, err error) {
	err = in.open(ctx, func(a *app.App) error {
		who, err := cast(ctx, a)
		if err != nil {
			return err
		}
		if err := who.records(ctx, a, b.Records); err != nil {
			return fmt.Errorf("write records: %w", err)
		}
		for _, part := range []func(context.Context, *app.App, people, string) (Figure, error){
			b.compare, b.replay, b.reason} {
			f, err := part(ctx, a, who, engine)
			if err != nil {
				return err
			}
			out = append(out, f)
		}
		return nil
	})
	return out, err
}

// compare is what heed verify and the hourly look do with lists.
func (b *Bench) compare(ctx context.Context, a *app.App, _ people, engine string) (Figure, error) {
	watch, before, faults := clock.Stopwatch(), cpuHere(), 0
	n, err := a.Rooms.CheckLists(ctx, func(context.Context, time.Duration) {},
		func(id.Record, string) { faults++ })
	if err != nil {
		return Figure{}, err
	}
	if faults > 0 || n.Records["concerns"] != b.Records {
		return Figure{}, fmt.Errorf("compared %v, %d of them differ", n.Records, faults)
	}
	return Figure{What: fmt.Sprintf("lists of %d records compared with their history, %s", b.Records, engine),
		Measured: fmt.Sprintf("%.2f s, %.2f s CPU", watch().Seconds(), (cpuHere() - before).Seconds()),
		Wanted:   "5 s for 100,000", Limit: "load average " + load()}, nil
}

// replay makes all lists anew from the ledger, as the first start of a new program does.
func (b *Bench) replay(ctx context.Context, a *app.App, _ people, engine string) (Figure, error) {
	entries := b.Records * (notes + 1)
	err := a.Store.Do(ctx, func(tx *store.Tx) error {
		if _, err := tx.Exec(`delete from room_list_v1`); err != nil {
			return err
		}
		_, err := tx.Exec(`delete from room_record_v1`)
		return err
	})
	if err != nil {
		return Figure{}, err
	}
	watch, before := clock.Stopwatch(), cpuHere()
	if err := a.Rooms.Projection().Replay(ctx, a.Store); err != nil {
		return Figure{}, err
	}
	took := watch().Seconds()
	return Figure{What: fmt.Sprintf("lists made anew from %d entries, %s", entries, engine),
		Measured: fmt.Sprintf("%.0f entries/s, %.2f s CPU", float64(entries)/took, (cpuHere() - before).Seconds()),
		Wanted:   "50,000/s", Limit: "load average " + load()}, nil
}

// readings are those of a busy day.
const readings = 10_000

// reason opens a case with a reason, on a day on which the day's book holds many readings.
func (b *Bench) reason(ctx context.Context, a *app.App, who people, engine string) (Figure, error) {
	for range readings {
		if _, err := a.Concerns.Open(ctx, who.lead, id.NewReference()); !fail.Is(err, fail.Hidden) {
			return Figure{}, fmt.Errorf("a made-up reference: %w", err)
		}
	}
	receipt, err := a.Concerns.Raise(ctx, who.nurse, room.Beginning{Answers: field.Said("about", "patient", "what",
		"Made up for a measurement.")})
	if err != nil {
		return Figure{}, err
	}
	if err := a.Concerns.GiveReason(ctx, who.guardian, receipt.Reference,
		"The lead is away, and the family rang"); err != nil {
		return Figure{}, err
	}
	watch, before := clock.Stopwatch(), cpuHere()
	const times = 20
	for range times {
		if _, err := a.Concerns.Open(ctx, who.guardian, receipt.Reference); err != nil {
			return Figure{}, err
		}
	}
	return Figure{What: fmt.Sprintf("a case opened with a reason after %d readings, %s", readings, engine),
		Measured: fmt.Sprintf("%s, %s CPU", ms(watch()/times), ms((cpuHere()-before)/times)),
		Wanted:   "5 ms", Limit: "load average " + load()}, nil
}

// people are those who do what is measured.
type people struct{ nurse, lead, guardian access.Actor }

func cast(ctx context.Context, a *app.App) (p people, err error) {
	org, err := a.Directory.Organisations(ctx)
	if err != nil {
		return p, err
	}
	everybody, err := a.Directory.Everybody(ctx, org[0].ID)
	if err != nil {
		return p, err
	}
	for _, x := range everybody {
		for login, as := range map[string]struct {
			role access.Role
			to   *access.Actor
		}{"nurse": {access.Worker, &p.nurse}, "lead": {access.Lead, &p.lead},
			"guardian": {access.CaldicottGuardian, &p.guardian}} {
			if x.Login != login {
				continue
			}
			if *as.to, err = x.Actor(as.role, true); err != nil {
				return p, err
			}
		}
	}
	return p, nil
}

// records raises concerns, each with some notes of who raised it.
func (p people) records(ctx context.Context, a *app.App, n int) error {
	for range n {
		r, err := a.Concerns.Raise(ctx, p.nurse, room.Beginning{Answers: field.Said("about", "patient", "what",
			"Made up for a measurement.")})
		if err != nil {
			return err
		}
		for range notes {
			_, err := a.Concerns.AddToOwn(ctx, p.nurse, r.Reference, field.Said("words", "Made up."), "")
			if err != nil {
				return err
			}
		}
	}
	return nil
}
