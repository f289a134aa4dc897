package bench

import (
	"context"
	"fmt"
	"time"

	"heed/internal/access"
	"heed/internal/app"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/room"
	"heed/internal/store"
	"heed/internal/store/storetest"
)

const shortList = 10000

// list measures the 50 newest of a lead's list over few records and over many.
func (b *Bench) list(ctx context.Context) ([]Figure, error) { return b.onBoth(ctx, "list", b.lists) }

// onBoth measures the same on both engines, each on an installation of its own.
func (b *Bench) onBoth(ctx context.Context, name string,
	measure func(context.Context, *installation, string) ([]Figure, error)) ([]Figure, error) {
	in, err := b.install(ctx, name, "", 3)
	if err != nil {
		return nil, err
	}
	figures, err := measure(ctx, in, "SQLite")
	if err != nil {
		return figures, err
	}
	cluster, err := storetest.StartCluster()
	if err != nil {
		return figures, err
	}
	defer func() { _ = cluster.Stop() }()
	if in, err = b.install(ctx, name+"-postgres", cluster.DSN("postgres"), 3); err != nil {
		return figures, err
	}
	more, err := measure(ctx, in, "PostgreSQL")
	return append(figures, more...), err
}

func (b *Bench) lists(ctx context.Context, in *installation, engine string) ([]Figure, error) {
	short, err := b.listOf(ctx, in, 0, shortList)
	if err != nil {
		return nil, err
	}
	long, err := b.listOf(ctx, in, shortList, b.List)
	if err != nil {
		return nil, err
	}
	return []Figure{
		{"50 newest of a lead's list, 10,000 records, " + engine, fmt.Sprintf("%.2f ms CPU, p50 %s", short.cpu,
			ms(short.at(.5))), "3 ms CPU", fmt.Sprintf("%.2f ms CPU for a list of 1", short.one), ""},
		{fmt.Sprintf("  the same of %d records, %s", b.List, engine), fmt.Sprintf("%.2f ms CPU, p50 %s", long.cpu,
			ms(long.at(.5))), "within 20%", fmt.Sprintf("%.2f ms CPU for a list of 1", long.one),
			fmt.Sprintf("%+.0f%%", 100*(long.cpu/short.cpu-1))},
	}, nil
}

// listed is what calls of a list cost: milliseconds of the program's processor time
// each, with 50 rows and with one.
type listed struct {
	run
	cpu, one float64
}

func (b *Bench) listOf(ctx context.Context, in *installation, have, want int) (listed, error) {
	var out listed
	if err := in.open(ctx, func(a *app.App) error { return fill(ctx, a, have, want) }); err != nil {
		return out, fmt.Errorf("fill the list: %w", err)
	}
	p, err := b.serve(in)
	if err != nil {
		return out, err
	}
	if _, _, err := p.lists(in.lead, 50, 200); err != nil {
		return out, err
	}
	if out.run, out.cpu, err = p.lists(in.lead, 50, 1000); err != nil {
		return out, fmt.Errorf("%w; the program said: %s", err, tail(p.log))
	}
	if _, out.one, err = p.lists(in.lead, 1, 1000); err != nil {
		return out, err
	}
	return out, p.stop()
}

// lists asks for a list some times, one after another, and gives the CPU of each in milliseconds.
func (p *program) lists(token string, limit, times int) (run, float64, error) {
	before, err := p.cpu()
	if err != nil {
		return run{}, 0, err
	}
	r, err := drive(p.addr, 1, times, 200, func(int, int) []byte {
		return fmt.Appendf(nil, "GET /api/v1/concerns?list=all&limit=%d HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n"+
			"\r\n",
			limit, p.addr, token)
	})
	if err != nil {
		return r, 0, err
	}
	if r.refused > 0 {
		return r, 0, fmt.Errorf("%d lists were refused: %s", r.refused, r.words)
	}
	after, err := p.cpu()
	return r, (after - before).Seconds() * 1000 / float64(times), err
}

// newest are really raised, after all others, so that the page that is measured
// holds nothing but whole records: a list shows only rows that a history stands behind.
const newest = 60

// fill brings the list of the lead's team from have to want rows, and then raises
// the newest of them. The older ones are copies of the rows that the desk wrote, with
// ids, references and times of their own, in each list in which the first one is.
func fill(ctx context.Context, a *app.App, have, want int) error {
	org, err := a.Directory.Organisations(ctx)
	if err != nil {
		return err
	}
	people, err := a.Directory.Everybody(ctx, org[0].ID)
	if err != nil {
		return err
	}
	actor, err := people[2].Actor(access.Worker, true)
	if err != nil {
		return err
	}
	receipt, err := a.Concerns.Raise(ctx, actor, room.Beginning{Answers: field.Said("about", "patient", "what",
		"Made up for a measurement.")})
	if err != nil {
		return err
	}
	const text = `insert into room_list_v1 (tag, sort, record)
		select l.tag, case l.sort when 0 then 0 else l.sort - $1 end, $2 from room_list_v1 l where l.record = $3`
	const batch = 2000
	for done := have; done < want; {
		made := 0
		err := a.Store.Do(ctx, func(tx *store.Tx) error {
			made = 0
			for i := done; i < min(done+batch, want); i++ {
				ago := time.Duration(want-i) * 30 * time.Second
				rec := id.NewRecord(receipt.At.Add(-ago))
				for _, row := range []struct {
					text string
					args []any
				}{
					{text, []any{ago.Microseconds(), rec, receipt.Record}},
					{`insert into room_record_v1 (record, org, room, reference, version, made, state)
						select $1, org, room, $2, version, made, state from room_record_v1 where record = $3 on conflict (reference) do nothing`,
						[]any{rec, string(id.NewReference()), receipt.Record}},
				} {
					if err := tx.Later(nil, row.text, row.args...); err != nil {
						return err
					}
				}
				made++
			}
			return nil
		})
		if err != nil {
			return err
		}
		done += made
	}
	for range newest {
		if _, err := a.Concerns.Raise(ctx, actor, room.Beginning{Answers: field.Said("about", "patient", "what",
			"Made up for a measurement.")}); err != nil {
			return err
		}
	}
	return nil
}
