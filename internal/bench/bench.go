// Package bench measures Heed as it runs and prints each figure beside what was
// wanted and beside the machine's own limit, measured in the same run.
//
// It keeps true: what is measured is the whole program, built from this tree,
// behind its own listener, on files and a PostgreSQL server that wait for the
// disk; a figure that could not be measured is an error and never a number;
// figures are printed, not asserted, because a machine that is shared with others
// proves nothing by being slow.
//
// It writes only into a folder of its own, which it removes. Trusted with nothing:
// its people and its concerns are made up.
package bench

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Sizes say how much is measured.
type Sizes struct {
	Raises  int // requests of each measured run
	List    int // records of the long list
	Entries int // entries that are verified
	Records int // whole records whose lists are compared and made anew
	Rows    int // plain rows under one entry
	Persons int // records that are each about another person
}

// Full are the sizes that the figures are promised for; Quick are for a look.
var (
	Full  = Sizes{Raises: 20000, List: 1000000, Entries: 1000000, Records: 100000, Rows: 5000000, Persons: 100000}
	Quick = Sizes{Raises: 4000, List: 100000, Entries: 200000, Records: 4000, Rows: 1000000, Persons: 10000}
)

// Options of a run.
type Options struct {
	Sizes
	Dir     string   // a folder on the disk that is to be measured
	Source  string   // the root of the tree
	Only    []string // parts to run; all when empty
	Profile string   // a folder for CPU profiles of the raise path, which then runs in this process
	Out     io.Writer
}

// Bench is one run.
type Bench struct {
	Options
	heed string // the program, built from this tree
}

// Figure is one line of the table. Limit and Ratio say how near it comes to what
// the machine itself can do; empty when no such bound is known.
type Figure struct {
	What, Measured, Wanted, Limit, Ratio string
}

// part is something that is measured.
type part struct {
	name string
	run  func(*Bench, context.Context) ([]Figure, error)
}

func parts() []part {
	return []part{
		{"start", (*Bench).start},
		{"raise", (*Bench).raise},
		{"list", (*Bench).list},
		{"verify", (*Bench).verify},
		{"rooms", (*Bench).rooms},
		{"rows", (*Bench).rows},
		{"person", (*Bench).person},
	}
}

// Run measures and prints.
func Run(ctx context.Context, o Options) error {
	dir, err := os.MkdirTemp(o.Dir, "heed-bench-")
	if err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	defer os.RemoveAll(dir)
	o.Dir = dir
	b := &Bench{Options: o, heed: filepath.Join(dir, "heed")}
	if o.Profile != "" {
		return b.profiles(ctx)
	}
	if err := b.build(ctx); err != nil {
		return err
	}
	fmt.Fprintf(o.Out, "%s\n\n", machine())
	printHead(o.Out)
	for _, p := range parts() {
		if len(o.Only) > 0 && !slices.Contains(o.Only, p.name) {
			continue
		}
		figures, err := p.run(b, ctx)
		for _, f := range figures {
			printFigure(o.Out, f)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	fmt.Fprintf(o.Out, "\nLoad average at the end: %s\n", load())
	return nil
}

const line = "| %-58s | %-34s | %-16s | %-40s | %-7s |\n"

func printHead(w io.Writer) {
	fmt.Fprintf(w, line, "what", "figure", "wanted", "the machine's own limit, same run", "ratio")
	fmt.Fprintf(w, "|%s|%s|%s|%s|%s|\n", strings.Repeat("-", 60), strings.Repeat("-", 36), strings.Repeat("-", 18),
		strings.Repeat("-", 42), strings.Repeat("-", 9))
}

func printFigure(w io.Writer, f Figure) {
	fmt.Fprintf(w, line, f.What, f.Measured, f.Wanted, f.Limit, f.Ratio)
}

// ratio is part of a bound, in percent.
func ratio(measured, limit float64) string {
	if limit <= 0 {
		return ""
	}
	return fmt.Sprintf("%.0f%%", 100*measured/limit)
}
