package cli

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"heed/internal/app"
	"heed/internal/directory"
	"heed/internal/directory/bodies"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/imports"
	"heed/internal/plain"
	"heed/internal/tabular"
)

type bodiesCmd struct {
	Import directoryImportCmd `cmd:"" help:"Say what a file of organisations would change, and with --confirm change it."`
	List   directoryListCmd   `cmd:"" help:"The organisations that are known."`
	Undo   directoryUndoCmd   `cmd:"" help:"Take the latest import back."`
}

type directoryImportCmd struct {
	place   `embed:""`
	File    string            `arg:"" help:"A CSV file in UTF-8." type:"path"`
	AsOf    string            `help:"The day of which the file speaks: 2026-07-08." required:"" env:"-"`
	As      string            `help:"What kind of file it is, when its headings do not tell: trusts, icbs, regions, others." env:"-"`
	Column  map[string]string `help:"Which heading is which column, once for each: --column name=Title. It is remembered." env:"-" mapsep:"none"`
	Empty   bool              `help:"The file has no row below its headings, and that is right: all that it listed is closed." env:"-"`
	Confirm string            `help:"The code that this command says when it is run without it." env:"-"`
	Org     string            `env:"-" help:"Name of the organisation, when there are several."`
}

func (directoryImportCmd) Help() string {
	return `    heed directory import trusts.csv --as-of 2026-07-08
    heed directory import trusts.csv --as-of 2026-07-08 --confirm 3f9a01cc

The first says what the file would change, row by row what is wrong with it, and a code. The second does what was shown, all of it or nothing. A list is whole: what the one before had and this one has not is named, and closed with the day before as its last. Kinds of file:

    ` + strings.Join(bodies.Forms(), "\n    ")
}

func (c *directoryImportCmd) Run(env *Env) error {
	asOf, err := bodies.ReadDay(c.AsOf)
	if err != nil {
		return fail.Wrap(fail.Bad, err, "--as-of must be the day of which the file speaks, such as 2026-07-08")
	}
	in, err := os.Open(c.File)
	if err != nil {
		return fail.Wrap(fail.Bad, err, "The file %s is not there, or this user may not read it", c.File)
	}
	defer in.Close()
	file, err := tabular.Open(in)
	if err != nil {
		return err
	}
	if c.As == "" && len(c.Column) > 0 {
		return fail.New(fail.Bad, "--column needs --as: say which kind of file it is")
	}
	return onOrganisation(env, c.place, c.Org, func(a *app.App, org id.Org) error {
		asked := imports.Asked{File: file, AsOf: asOf, Today: a.Clock.Now(), Empty: c.Empty}
		if c.As != "" {
			asked.Said = &imports.Mapping{Form: c.As, Columns: c.Column}
		}
		p, err := a.Bodies.Preview(env.Ctx, org, asked)
		if err != nil {
			return err
		}
		if c.Confirm == "" {
			return c.show(env, p)
		}
		n, err := a.Bodies.Confirm(env.Ctx, org, directory.Operator(), p, c.Confirm, env.staged)
		if err != nil {
			return err
		}
		env.say("Import %d is done: %s. It is in the ledger.", n, changes(p))
		env.say("To take it back: heed directory undo %s --import %d", c.where(), n)
		return nil
	})
}

// staged says now and then how far a long import has come.
func (e *Env) staged(rows int64) {
	if rows%(1<<20) == 0 {
		fmt.Fprintf(e.Err, "%s rows\n", plain.Number(int(rows)))
	}
}

func onOrganisation(env *Env, p place, name string, fn func(*app.App, id.Org) error) error {
	return open(env, p, func(a *app.App) error {
		o, err := organisation(env, a, name)
		if err != nil {
			return err
		}
		return fn(a, o.ID)
	})
}

func changes(p *imports.Preview) string {
	out := fmt.Sprintf("%d new, %d changed, %d closed, %d here already", p.New, p.Changed, p.Closed, p.Here)
	if p.Left > 0 {
		out += fmt.Sprintf(", %d closed long ago that leave the list", p.Left)
	}
	return out
}

// named says which rows a file would change: the first of each kind.
func (c *directoryImportCmd) named(env *Env, what string, all []imports.Named, of int) {
	for _, n := range all {
		if n.Row == 0 {
			env.say("  %s: %s", what, n.Name)
			continue
		}
		env.say("  %s: row %d, %s", what, n.Row, n.Name)
	}
	if more := of - len(all); more > 0 {
		env.say("  %s: and %d more", what, more)
	}
}

// show says what a file would do, and how to have it done.
func (c *directoryImportCmd) show(env *Env, p *imports.Preview) error {
	env.say("%s: %s.", plain.Capital(p.Form.What), changes(p))
	c.named(env, "New", p.Named.New, p.New)
	c.named(env, "Changed", p.Named.Changed, p.Changed)
	c.named(env, "Not in the file any more", p.Named.Closed, p.Closed)
	c.named(env, "Closed long ago, and leaves the list", p.Named.Left, p.Left)
	for _, what := range p.Problems {
		env.say("  %s.", strings.TrimSuffix(what.String(), "."))
	}
	switch {
	case p.Found > 0:
		env.say("Nothing can be imported while a row cannot be taken: %s in all.",
			plain.Count(p.Found, "problem", "problems"))
		return exit(1)
	case p.Nothing():
		env.say("All of it is here already: there is nothing to import.")
		return nil
	}
	env.say("Nothing was changed yet. To do this:\n    heed directory import %s %s --as-of %s%s --confirm %s",
		c.where(), quoted(c.File), c.AsOf, c.said(), p.Code)
	return nil
}

// said are the flags again that say what is which.
func (c *directoryImportCmd) said() (out string) {
	if c.Empty {
		out = " --empty"
	}
	if c.As != "" {
		out += " --as " + c.As
	}
	for _, name := range slices.Sorted(maps.Keys(c.Column)) {
		out += " --column " + quoted(name+"="+c.Column[name])
	}
	return out
}

type directoryListCmd struct {
	place `embed:""`
	On    string `help:"Only those that are there on this day: 2026-07-08." env:"-"`
	Org   string `env:"-" help:"Name of the organisation, when there are several."`
}

func (c *directoryListCmd) Run(env *Env) error {
	var on time.Time
	if c.On != "" {
		var err error
		if on, err = bodies.ReadDay(c.On); err != nil {
			return err
		}
	}
	return onOrganisation(env, c.place, c.Org, func(a *app.App, org id.Org) error {
		all, err := a.Bodies.All(env.Ctx, org)
		if err != nil {
			return err
		}
		t := tabwriter.NewWriter(env.Out, 0, 0, 2, ' ', 0)
		n := 0
		for _, b := range all {
			if c.On != "" && !b.At(on) {
				continue
			}
			n++
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", b.Code, b.Name, bodies.Label(b.Kind), until(b))
		}
		fmt.Fprintf(t, "%s\n", plain.Count(n, "organisation", "organisations"))
		return t.Flush()
	})
}

// until says that an organisation closed, when, and what came in its place.
func until(b bodies.Body) string {
	if b.Closed.IsZero() {
		return ""
	}
	out := "closed on " + b.Closed.Format("2 January 2006")
	if b.Successor != "" {
		out += ", now " + b.Successor
	}
	return out
}

type directoryUndoCmd struct {
	place  `embed:""`
	Import int64  `help:"Number of the latest import; without it this command says which that is." env:"-"`
	Org    string `env:"-" help:"Name of the organisation, when there are several."`
}

func (c *directoryUndoCmd) Run(env *Env) error {
	return onOrganisation(env, c.place, c.Org, func(a *app.App, org id.Org) error {
		if c.Import != 0 {
			if err := a.Bulk.Undo(env.Ctx, org, directory.Operator(), bodies.Feed.Name, c.Import); err != nil {
				return err
			}
			env.say("Import %d was taken back: the organisations are as they were before it. That is in the ledger, too.",
				c.Import)
			return nil
		}
		state, err := a.Bulk.State(env.Ctx, org, bodies.Feed.Name)
		if err != nil {
			return err
		}
		last, ok := state.Last()
		if !ok {
			return fail.New(fail.Missing, "No import stands: there is nothing to take back")
		}
		env.say("The latest import is %d, of %s: %s as of %s, %d rows. To take it back:", last.Import,
			last.At.UTC().Format("2 January 2006 at 15:04 UTC"), last.Form, last.AsOf, last.Rows)
		env.say("    heed directory undo %s --import %d", c.where(), last.Import)
		return nil
	})
}
