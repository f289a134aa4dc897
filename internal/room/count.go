package room

import (
	"cmp"
	"slices"
	"time"

	"heed/internal/clock/workday"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/ledger"
	"heed/internal/process"
)

// Counting is pure: the entries of a record in, what happened out. What an entry says it
// changed is believed, and no definition is asked what a step would mean today; only which
// events are counted.

// happened is one event that a figure counts.
type happened struct {
	figure  process.Figure
	day     workday.Day // that decides
	period  workday.Period
	written time.Time
	column  string // of what is over at once; of a duty or a span once it has ended

	runs  bool // a duty or a span: it counts as it stood when its period was closed
	ended time.Time
}

// standing is the column in which it counts as of a time.
func (h *happened) standing(asOf time.Time) string {
	open := h.ended.IsZero() || h.ended.After(asOf)
	switch {
	case h.runs && open && h.figure.Deadline != "":
		return process.NotMet
	case h.runs && open:
		return process.NotYet
	}
	return h.column
}

// happenings are what figures of a definition count of one record; ours is false for one of
// another compartment, of which nothing is counted.
func happenings(d *process.Definition, figures []process.Figure, compartment string,
	entries []ledger.Entry) (all []*happened, ours bool, err error) {
	w := witness{d: d, answers: map[string]field.Value{}, open: map[string]*happened{}}
	for _, e := range entries {
		ev, err := read(e)
		if err != nil {
			return nil, false, err
		}
		switch began := ev.Effect.Began; {
		case (began != nil) != (e.Version == 1):
			return nil, false, fail.New(fail.Tampered, wordsDamaged)
		case began != nil && began.Compartment != compartment:
			return nil, false, nil
		}
		w.sees(figures, e, ev)
	}
	return w.all, true, nil
}

// witness goes through the entries of one record.
type witness struct {
	d       *process.Definition
	all     []*happened
	answers map[string]field.Value // to closed questions, the latest, as "step.field"
	open    map[string]*happened   // duties and spans that run, by figure
	stage   process.State
	at      time.Time // by when what is looked at was written
}

func (w *witness) sees(figures []process.Figure, e ledger.Entry, ev Event) {
	if e.At.After(w.at) { // a clock may have been set back: nothing was written before what stands before it
		w.at = e.At
	}
	was := w.stage
	w.stage = cmp.Or(ev.Effect.Stage, w.stage)
	taken := process.Taken{Step: ev.Step, Outcome: ev.Outcome, At: e.At}
	for _, f := range figures {
		if step, name := f.Splits(); step == ev.Step {
			w.answers[f.By] = ev.Answers[name]
		}
		switch {
		case f.Deadline != "":
			w.duty(f, taken, ev)
		case len(f.From) > 0:
			w.span(f, taken)
		case f.Counts(taken):
			w.event(f, e.At, ev.Answers.Get(f.On))
		case slices.Contains(f.Enters, w.stage) && !slices.Contains(f.Enters, was):
			w.event(f, e.At, "")
		}
	}
}

// happens puts down one event.
func (w *witness) happens(h happened) *happened {
	h.period, h.written = h.figure.PeriodOf(h.day), w.at
	w.all = append(w.all, &h)
	return &h
}

// event is over at once. The day that decides is that which was answered, or that on which
// it was written.
func (w *witness) event(f process.Figure, at time.Time, on string) {
	day, err := workday.Parse(on)
	if on == "" || err != nil {
		day = workday.Of(at)
	}
	w.happens(happened{figure: f, day: day, column: f.Answer(w.d, w.answers[f.By].Text)})
}

// duty begins, ends, or is begun without a day. One that is ended otherwise after its last
// day was not met.
func (w *witness) duty(f process.Figure, taken process.Taken, ev Event) {
	x := ev.Effect
	if h := w.open[f.ID]; h != nil && (x.Ends || slices.Contains(x.Stop, f.Deadline)) {
		late := h.day.Before(workday.Of(taken.At))
		switch h.ended = w.at; {
		case f.Meets(taken) && late:
			h.column = process.Late
		case f.Meets(taken):
			h.column = process.InTime
		case late:
			h.column = process.NotMet
		default:
			h.column = process.Otherwise
		}
		delete(w.open, f.ID)
	}
	i := slices.IndexFunc(x.Start, func(due process.Due) bool { return due.Deadline == f.Deadline })
	t := slices.IndexFunc(w.d.Timers, func(t process.Deadline) bool { return t.ID == f.Deadline })
	switch {
	case x.Ends:
	case i >= 0:
		w.open[f.ID] = w.happens(happened{figure: f, day: x.Start[i].Day, runs: true})
	case w.open[f.ID] == nil && w.d.Timers[t].Starts(taken):
		w.happens(happened{figure: f, day: workday.Of(taken.At), column: process.NotRecorded})
	}
}

// span is the days from one event to the next of another kind.
func (w *witness) span(f process.Figure, taken process.Taken) {
	if h := w.open[f.ID]; h != nil && f.Comes(taken) {
		h.ended, h.column = w.at, f.Band(h.day.Until(workday.Of(taken.At)))
		delete(w.open, f.ID)
	}
	if w.open[f.ID] == nil && f.Begins(taken) {
		w.open[f.ID] = w.happens(happened{figure: f, day: workday.Of(taken.At), runs: true})
	}
}

// ask is one period to be counted by a definition's figures.
type ask struct {
	period       workday.Period
	by           *process.Definition
	figures      []process.Figure
	after, until time.Time // what was written after and up to these times
	stands       time.Time // as of when duties and spans are looked at

	cells           map[cellName]int64
	records, erased int64 // that began between these times; that began by then
}

type cellName struct{ figure, column string }

// figuresOf are the figures of a period.
func figuresOf(d *process.Definition, p workday.Period) (out []process.Figure) {
	first, _, _ := p.Bounds()
	for _, f := range d.Figures {
		if f.PeriodOf(first) == p {
			out = append(out, f)
		}
	}
	return out
}

// counts counts one record into all that is asked.
func counts(asks []*ask, compartment string, past ledger.Past) (err error) {
	var by *process.Definition
	var all []*happened
	ours := false
	for _, a := range asks { // those by one definition stand together
		switch {
		case past.Begun.After(a.until):
			continue
		case past.Erased:
			a.erased++
			continue
		}
		if a.by != by {
			if all, ours, err = happenings(a.by, a.by.Figures, compartment, past.Entries); err != nil {
				return err
			}
			by = a.by
		}
		if ours && past.Begun.After(a.after) {
			a.records++
		}
		a.takes(all)
	}
	return nil
}

func (a *ask) takes(all []*happened) {
	for _, h := range all {
		if !h.written.After(a.after) || h.written.After(a.until) || h.period != a.period ||
			!slices.ContainsFunc(a.figures, func(f process.Figure) bool { return f.ID == h.figure.ID }) {
			continue
		}
		a.cells[cellName{h.figure.ID, h.standing(a.stands)}]++
	}
}
