// Package stats is `heed stats`: the measures as a command, over CSV and JSON.
//
// What it keeps true: numbers in, values out; nothing is read but the named files and
// standard input, nothing is kept, nothing is sent. Bad input ends with exit code 2 and
// one line that names row, column and remedy, without repeating what the file said;
// memory is bounded by the limits below whatever the file holds.
//
// Limits: 32 MiB a file, 500,000 rows, 2,000 columns, 3,000,000 fields, 2,000 series,
// 500,000 cells of tables; JSON options 1 MiB, vectors 16 MiB.
package stats

import (
	"errors"

	"heed/internal/fail"
)

// Cmd is the command; the main program embeds it. Run methods take the standard input
// as an io.Reader and the standard output as an io.Writer, bound by kong.BindTo.
type Cmd struct {
	Xmr      XmrCmd      `cmd:"" help:"XmR chart: limits, rules, variation and assurance."`
	Funnel   FunnelCmd   `cmd:"" help:"Funnel comparison of organisations."`
	Interval IntervalCmd `cmd:"" help:"Wilson, exact and Byar intervals."`
	Kappa    KappaCmd    `cmd:"" help:"Agreement between reviewers."`
	Disclose DiscloseCmd `cmd:"" help:"Treat a table of counts for publication, or refuse it."`
	Attack   AttackCmd   `cmd:"" help:"What a reader can work out from published tables."`
	Check    CheckCmd    `cmd:"" help:"Run every reference vector in a folder tree."`
}

// ErrDiffer means that the command ran and the answer is no: a vector differs, or a
// table must not be published. What there is to say has been written.
var ErrDiffer = fail.New(fail.Refused, "A vector differs, or the table must not be published: see above")

// words is one line for a person.
func words(err error) string {
	var e *fail.Error
	if errors.As(err, &e) {
		return e.Words
	}
	return err.Error()
}
