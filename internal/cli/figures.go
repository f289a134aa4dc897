package cli

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"heed/internal/app"
	"heed/internal/clock/workday"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/plain"
	"heed/internal/room"
)

type figuresCmd struct {
	Close   figuresCloseCmd   `cmd:"" help:"Close the months and quarters that are over."`
	Recount figuresRecountCmd `cmd:"" help:"Count all that was closed again from the history. Exits with 1 when something differs."`
}

// figuresOf says of which figures.
type figuresOf struct {
	place  `embed:""`
	Room   string `help:"Kind of record, such as concern or policy; all of them when not given." env:"-"`
	Period string `help:"A month (2026-03) or a quarter (2026-Q1); all of them when not given." env:"-"`
	Org    string `env:"-" help:"Name of the organisation, when there are several."`
}

// each does it for every room that is meant.
func (c figuresOf) each(env *Env, do func(*app.App, directory.Organisation, *room.Room) error) error {
	if _, _, ok := workday.Period(c.Period).Bounds(); c.Period != "" && !ok {
		return fail.New(fail.Bad, "--period is a month, such as 2026-03, or a quarter, such as 2026-Q1")
	}
	return open(env, c.place, func(a *app.App) error {
		o, err := organisation(env, a, c.Org)
		if err != nil {
			return err
		}
		rooms := slices.DeleteFunc(a.Rooms.Counted(), func(r *room.Room) bool { return c.Room != "" && r.Name != c.Room })
		if len(rooms) == 0 {
			var names []string
			for _, r := range a.Rooms.Counted() {
				names = append(names, r.Name)
			}
			slices.Sort(names)
			return fail.New(fail.Bad, "There are no figures of %q. There are some of: %s", c.Room, strings.Join(names, ", "))
		}
		var amiss []error // what is damaged in one room keeps nobody from the figures of another
		for _, r := range rooms {
			amiss = append(amiss, do(a, o, r))
		}
		return errors.Join(amiss...)
	})
}

// means says whether a period is meant.
func (c figuresOf) means(p workday.Period) bool { return c.Period == "" || c.Period == string(p) }

type figuresCloseCmd struct {
	place `embed:""`
}

func (figuresCloseCmd) Help() string {
	return `    heed figures close --data /srv/heed

A running installation closes each month and quarter by itself, a week after its end: what was counted is kept, sealed, in the organisation's own record. No number is printed, and none is shown on a page: few people stand behind many of them.`
}

func (c *figuresCloseCmd) Run(env *Env) error {
	return open(env, c.place, func(a *app.App) error {
		n, err := a.Rooms.ClosePeriods(env.Ctx, atOnce)
		if n > 0 || err == nil {
			env.say("%s closed.", plain.Count(n, "month or quarter was", "months and quarters were"))
		}
		return err
	})
}

type figuresRecountCmd struct{ figuresOf }

func (figuresRecountCmd) Help() string {
	return `    heed figures recount --data /srv/heed

Each edition that was closed is counted again from the history, by the rules that it names, and compared to the last digit. What differs is named; so is what is not compared, since another version of Heed counted it or it was closed too soon and withdrawn; numbers of few people are not printed. After an erasure a figure that was closed stays, and it is said how many records are gone.`
}

func (c *figuresRecountCmd) Run(env *Env) error {
	differs, closed := 0, 0
	err := c.each(env, func(a *app.App, o directory.Organisation, r *room.Room) error {
		all, err := a.Rooms.Recount(env.Ctx, o.ID, r, atOnce)
		if err != nil {
			return err
		}
		equal := 0
		for _, x := range all {
			if !c.means(x.Period) {
				continue
			}
			closed++
			switch {
			case x.Unlike != "":
				env.say("NOT COMPARED  %s, %s, edition %d: %s.", r.Many, x.Period, x.Edition, x.Unlike)
			case x.Err != nil:
				differs++
				env.say("DIFFERS  %s, %s, edition %d: %s", r.Many, x.Period, x.Edition, fail.Words(x.Err))
				for _, d := range x.Differs {
					env.say("         %s, %s", d.Figure, d.Column)
				}
			default:
				equal++
			}
			if x.Since > 0 {
				env.say("%s, %s, edition %d: %s erased since. What was closed stays.", r.Many, x.Period,
					x.Edition, plain.Count(int(x.Since), "record was", "records were"))
			}
			if x.Late > 0 {
				env.say("%s, %s: something was recorded since. The next closing adds it in a further edition.", r.Many, x.Period)
			}
		}
		env.say("%s: %d editions are as they were closed.", r.Many, equal)
		return nil
	})
	if err == nil && closed == 0 && c.Period != "" {
		return fail.New(fail.Missing, "Nothing was closed for %s, so nothing was compared. heed figures recount without "+
			"--period names all that was closed", c.Period)
	}
	if err == nil && differs > 0 {
		return exit(1)
	}
	return err
}

// atOnce does not rest between pieces of the work.
func atOnce(context.Context, time.Duration) {}
