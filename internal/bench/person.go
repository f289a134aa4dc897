package bench

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"heed/internal/access"
	"heed/internal/app"
	"heed/internal/clock"
	"heed/internal/directory"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/room"
	"heed/internal/store"
)

// person measures how soon it is known whom all records are about, once the program has been
// started, and what it costs whoever opens a record to be told of another about the same person.
func (b *Bench) person(ctx context.Context) ([]Figure, error) {
	return b.onBoth(ctx, "person", b.persons)
}

func (b *Bench) persons(ctx context.Context, in *installation, engine string) (out []Figure, err error) {
	if err := in.open(ctx, func(a *app.App) error { return raiseAbout(ctx, a, b.Persons) }); err != nil {
		return nil, fmt.Errorf("raise concerns: %w", err)
	}
	err = in.open(ctx, func(a *app.App) error {
		before, used, took := heap(), cpuHere(), clock.Stopwatch()
		if err := a.Rooms.KeepPersons(ctx); err != nil {
			return err
		}
		filled, cpu := took(), cpuHere()-used
		grown := heap() - before
		raw, err := readRows(ctx, a)
		if err != nil {
			return err
		}
		out = append(out, Figure{fmt.Sprintf("whom %d records are about, read at a start, %s", b.Persons, engine),
			fmt.Sprintf("%.2f s, %.2f s CPU, %d MB", filled.Seconds(), cpu.Seconds(), grown>>20), "", fmt.Sprintf(
				"%.2f s to read the rows alone", raw.Seconds()), ratio(raw.Seconds(), filled.Seconds())})
		x, err := opens(ctx, a, b.Persons)
		if err != nil {
			return err
		}
		out = append(out, Figure{fmt.Sprintf("  a concern opened with another of %d, %s", b.Persons, engine),
			fmt.Sprintf("%.2f ms CPU more, p50 %.2f ms in all", x.cpu-x.otherwise, at(x.took, .5)), "1 ms more",
			fmt.Sprintf("%.2f ms CPU without, %.3f ms for one row", x.otherwise, at(x.one, .5)), ""})
		return nil
	})
	return out, err
}

func at(all []time.Duration, part float64) float64 {
	slices.Sort(all)
	return all[int(part*float64(len(all)-1))].Seconds() * 1000
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// raiseAbout raises concerns about as many different people.
func raiseAbout(ctx context.Context, a *app.App, n int) error {
	actor, err := member(ctx, a, access.Worker)
	if err != nil {
		return err
	}
	var next atomic.Int64
	var failed atomic.Value
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			for i := int(next.Add(1)); i <= n && failed.Load() == nil; i = int(next.Add(1)) {
				if _, err := a.Concerns.Raise(ctx, actor, room.Beginning{Answers: reportAbout(i)}); err != nil {
					failed.Store(err)
				}
			}
		})
	}
	all.Wait()
	if err, ok := failed.Load().(error); ok {
		return err
	}
	return nil
}

// reportAbout is a report about the i-th made-up person.
func reportAbout(i int) field.Answers {
	syllables := []string{"ba", "du", "fi", "go", "ka", "lu", "mi", "no", "pa", "ru", "si", "to", "va", "zu", "be", "di"}
	name := syllables[i%16] + syllables[i/16%16] + "ron " + syllables[i/256%16] + syllables[i/4096%16] + "mel"
	born := time.Date(1950+i*7919%70, 3, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i*7919%300)
	return field.Said("about", "patient", "what", "Made up for a measurement.").Of("person",
		field.Said("name", name, "born", born.Format(time.DateOnly)))
}

// member is somebody of the organisation who has a role.
func member(ctx context.Context, a *app.App, role access.Role) (access.Actor, error) {
	orgs, err := a.Directory.Organisations(ctx)
	if err != nil {
		return access.Actor{}, err
	}
	people, err := a.Directory.Everybody(ctx, orgs[0].ID)
	if err != nil {
		return access.Actor{}, err
	}
	i := slices.IndexFunc(people, func(p directory.Person) bool { return p.Has(role) })
	if i < 0 {
		return access.Actor{}, fmt.Errorf("nobody is %s", role)
	}
	return people[i].Actor(role, true)
}

// opened is how long it takes, and how much of the processor, to open a record with another about
// the same person; to open it as whoever is told of none; and to read one row by its key.
type opened struct {
	took, one      []time.Duration
	cpu, otherwise float64 // milliseconds of each
}

// opens opens records that were raised about somebody about whom there is another.
func opens(ctx context.Context, a *app.App, n int) (out opened, err error) {
	raiser, err := member(ctx, a, access.Worker)
	if err != nil {
		return out, err
	}
	lead, err := member(ctx, a, access.Lead)
	if err != nil {
		return out, err
	}
	var raised []room.Receipt
	for i := range 500 {
		got, err := a.Concerns.Raise(ctx, raiser, room.Beginning{Answers: reportAbout(1 + i*37%n)})
		if err != nil {
			return out, err
		}
		raised = append(raised, got)
	}
	if _, err := a.Ledger.Sequence(ctx); err != nil { // as each second, where it runs
		return out, err
	}
	a.Concerns.Room.Openings = 1 << 20 // it is not about how many somebody opens
	open := func(who access.Actor, told bool) (float64, error) {
		used := cpuHere()
		for _, x := range raised {
			took := clock.Stopwatch()
			c, err := a.Concerns.Open(ctx, who, x.Reference)
			if err == nil && told == (len(c.Others.Found) == 0) {
				err = fmt.Errorf("with %s these others are shown: %+v", x.Reference, c.Others)
			}
			if err != nil {
				return 0, err
			}
			if told {
				out.took = append(out.took, took())
			}
		}
		return (cpuHere() - used).Seconds() * 1000 / float64(len(raised)), nil
	}
	if out.cpu, err = open(lead, true); err != nil {
		return out, err
	}
	raised = raised[:0] // those that the lead raised themselves, with which nobody is told of others
	for i := range 500 {
		got, err := a.Concerns.Raise(ctx, lead, room.Beginning{Answers: reportAbout(1 + i*41%n)})
		if err != nil {
			return out, err
		}
		raised = append(raised, got)
	}
	if out.otherwise, err = open(lead, false); err != nil {
		return out, err
	}
	for _, x := range raised {
		row := clock.Stopwatch()
		if err := readRow(ctx, a, x.Record); err != nil {
			return out, err
		}
		out.one = append(out.one, row())
	}
	return out, nil
}

func readRow(ctx context.Context, a *app.App, rec id.Record) error {
	return a.Store.View(ctx, func(tx *store.Tx) error {
		_, err := store.One(tx, func(b *[]byte) []any { return []any{b} },
			`select state from room_record_v1 where record = $1`, rec)
		return err
	})
}

// readRows reads the sealed pictures of all records and opens none.
func readRows(ctx context.Context, a *app.App) (time.Duration, error) {
	took := clock.Stopwatch()
	err := a.Store.View(ctx, func(tx *store.Tx) error {
		rows, err := tx.Query(`select r.state, k.wrapped from room_record_v1 r join record_key k on k.record = r.record
			join head h on h.record = r.record order by r.record`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var state, wrapped []byte
			if err := rows.Scan(&state, &wrapped); err != nil {
				return err
			}
		}
		return rows.Err()
	})
	return took(), err
}
