package process

import (
	"fmt"
	"slices"
	"strings"

	"heed/internal/plain"
)

// Report is what Check found.
type Report struct {
	Definition     string   // its name: "patient/1"
	Configurations int      // how many there are: state, facts, and what has really happened
	Steps          int      // how many steps between them were looked at
	Results        []Result // one for each safeguard, always all of them
}

// Result is one safeguard.
type Result struct {
	ID     string
	Says   string   // the safeguard in a sentence
	Mend   string   // what to do where it is broken
	Passed bool     //
	Why    string   // what is wrong: with file, line and place where it is a file's own
	Path   []string // the shortest way there, in words; empty when the fault is in the file as a whole
}

// OK says whether every safeguard holds.
func (r Report) OK() bool {
	return !slices.ContainsFunc(r.Results, func(x Result) bool { return !x.Passed })
}

func (r Report) firstFault() string {
	for _, x := range r.Results {
		if !x.Passed {
			return x.fault()
		}
	}
	return "none"
}

func (x Result) fault() string { return fmt.Sprintf("%s %s.%s", x.Says, upperFirst(x.Why), x.remedy()) }

// remedy is the way to the fault and what to do.
func (x Result) remedy() (s string) {
	if len(x.Path) > 0 {
		s = " The shortest way there: " + strings.Join(x.Path, ", then ") + "."
	}
	return s + " To mend it: " + lowerFirst(x.Mend)
}

// placed is fault with the place in front, and without the file, which whoever asks names.
func (x Result) placed(d *Definition) string {
	why := x.Why
	if len(d.lines) > 0 {
		_, why, _ = strings.Cut(why, ": ")
	}
	return fmt.Sprintf("%s. %s%s", why, x.Says, x.remedy())
}

// String is the report for a terminal.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s, %s between them\n", r.Definition,
		plain.Count(r.Configurations, "configuration", "configurations"), plain.Count(r.Steps, "step", "steps"))
	for _, x := range r.Results {
		if x.Passed {
			fmt.Fprintf(&b, "  holds   %s\n", x.Says)
			continue
		}
		fmt.Fprintf(&b, "  BROKEN  %s\n          %s\n", x.Says, x.Why)
		for i, p := range x.Path {
			fmt.Fprintf(&b, "          %2d. %s\n", i+1, p)
		}
		fmt.Fprintf(&b, "          To mend it: %s\n", x.Mend)
	}
	return b.String()
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// happened is what the steps taken so far really were, kept beside the
// definition's own facts: a definition cannot talk the checker into a decision
// that nobody recorded by setting a fact of that name.
type happened struct {
	shared   bool // the latest decision is to share, no emergency came after it, and what it rests on is in force
	owed     bool // shared in an emergency, no decision since
	answered bool // the raiser was answered since the last decision or referral
	decided  bool // the latest triage was a decision, not a hold
}

func (h happened) after(step Step, o Outcome) happened {
	switch {
	case o.Decides != "":
		h.shared, h.owed = o.Decides == ToShare, false
	case o.Leaves == Emergency: // the decision that is owed is made of what is known now
		h.shared, h.owed = false, true
	}
	switch step {
	case Triage:
		h.decided, h.answered = o.ID != Hold, false
	case Refer:
		h.answered = false
	case GiveFeedback:
		h.answered = true
	}
	return h
}

// anew is what holds of what happened once a decision is to be made anew: it counts no more, and
// whoever was answered about it is answered again.
func (h happened) anew(of StepInfo) happened {
	h.answered = false
	h.decided = h.decided && of.ID != Triage
	h.shared = h.shared && !of.decides(ToShare)
	return h
}

// place is one configuration and the shortest way to it.
type place struct {
	Status
	happened
	from *place
	via  string
}

func (p *place) key() string {
	var b strings.Builder
	b.WriteString(string(p.State))
	for _, f := range p.Facts {
		b.WriteByte(' ')
		b.WriteString(string(f))
	}
	fmt.Fprintf(&b, "|%v", p.happened)
	return b.String()
}

// path is the way there in words.
func (p *place) path() []string {
	var out []string
	for ; p.from != nil; p = p.from {
		out = append(out, p.via)
	}
	slices.Reverse(out)
	return out
}

// turn is one step taken somewhere.
type turn struct {
	at      *place
	to      *place
	step    StepInfo
	outcome Outcome
	move    Move
}

func (t turn) words() string {
	if len(t.step.Outcomes) > 1 {
		return fmt.Sprintf("%s (%s)", lowerFirst(t.step.Label), lowerFirst(t.outcome.Label))
	}
	return lowerFirst(t.step.Label)
}

// walk is every configuration that can be reached, nearest first, and every step between them.
type walk struct {
	d      *Definition
	places []*place
	turns  []turn
	ending map[*place]bool // from where an end can be reached
}

// explore walks breadth first, so that the first fault found has the shortest path.
func explore(d *Definition) *walk {
	w := &walk{d: d}
	known := map[string]*place{}
	add := func(p *place) *place {
		if old, ok := known[p.key()]; ok {
			return old
		}
		known[p.key()] = p
		w.places = append(w.places, p)
		return p
	}
	add(&place{Status: d.Start()})
	for i := 0; i < len(w.places); i++ {
		at := w.places[i]
		for _, s := range slices.Concat(d.AllSteps, d.Lapses(at.Status), d.endings(), d.unanswered(), d.keptEnough()) {
			for _, o := range s.Outcomes {
				m, err := d.move(at.Status, s.ID, o.ID)
				if err != nil {
					continue
				}
				t := turn{at: at, step: s, outcome: o, move: m}
				h := at.happened.after(s.ID, o)
				h.shared = h.shared && !d.unfounded(s.ID)
				if of, is := AnewOf(o.ID); is && s.ID == ChallengeAnswered {
					about, _ := d.Step(of)
					h = h.anew(about)
				}
				t.to = add(&place{at.apply(m), h, at, t.words()})
				w.turns = append(w.turns, t)
			}
		}
	}
	w.ending = w.canEnd()
	return w
}

// canEnd goes backwards from the ends.
func (w *walk) canEnd() map[*place]bool {
	before := map[*place][]*place{}
	for _, t := range w.turns {
		if Disagrees(t.step.ID) { // it may be that nobody does
			continue
		}
		before[t.to] = append(before[t.to], t.at)
	}
	can := map[*place]bool{}
	var queue []*place
	for _, p := range w.places {
		if w.d.Ended(p.Status) {
			can[p] = true
			queue = append(queue, p)
		}
	}
	for ; len(queue) > 0; queue = queue[1:] {
		for _, p := range before[queue[0]] {
			if !can[p] {
				can[p] = true
				queue = append(queue, p)
			}
		}
	}
	return can
}

// Check proves the safeguards over every configuration that the definition can reach.
func Check(d *Definition) Report {
	w := explore(d)
	r := Report{Definition: d.Name(), Configurations: len(w.places), Steps: len(w.turns)}
	for _, law := range safeguards {
		r.Results = append(r.Results, law.prove(w))
	}
	return r
}

// safeguard is one law. Each of its parts, where it has one, says what is
// wrong with the file as a whole, with a step taken somewhere, or with a place;
// "" when nothing is.
type safeguard struct {
	id, says string
	mend     string                     // what to do where it does not hold
	shared   bool                       // it holds for every kind of record, and not for the concern alone
	marked   func(d *Definition) string // of the concern alone: which of its steps say what
	whole    func(d *Definition) string
	turn     func(d *Definition, t turn) string
	place    func(w *walk, p *place) string
	walk     func(w *walk) string
}

func (s safeguard) prove(w *walk) Result {
	r := Result{ID: s.id, Says: s.says, Mend: s.mend}
	for _, whole := range []func(*Definition) string{s.marked, s.whole} {
		if whole == nil {
			continue
		}
		if r.Why = w.d.inFile("", whole(w.d)); r.Why != "" {
			return r
		}
	}
	if s.walk != nil {
		if r.Why = w.d.inFile("", s.walk(w)); r.Why != "" {
			return r
		}
	}
	if s.turn != nil {
		for _, t := range w.turns {
			if r.Why = s.turn(w.d, t); r.Why != "" {
				r.Why = w.d.inFile(w.d.placeOf(t.step.ID, t.outcome.ID), r.Why)
				r.Path = append(t.at.path(), t.words())
				return r
			}
		}
	}
	if s.place != nil {
		for _, p := range w.places {
			if r.Why = s.place(w, p); r.Why != "" {
				r.Why = w.d.inFile(w.d.placeOfState(p.State), r.Why)
				r.Path = p.path()
				return r
			}
		}
	}
	r.Passed = true
	return r
}

// LeavesFault says what is wrong with how information leaves the organisation, and with what
// others tell it, in any kind of record; "" when nothing is.
func (d *Definition) LeavesFault() string {
	concerns := func(s StepInfo) bool {
		return s.Told || len(s.Sends.To) > 0 ||
			slices.ContainsFunc(s.Outcomes, func(o Outcome) bool { return o.Leaves != Stays || o.Decides != "" })
	}
	if len(d.Disclosed.By)+len(d.Challenged.Of) == 0 && !slices.ContainsFunc(d.AllSteps, concerns) {
		return ""
	}
	w := explore(d)
	for _, law := range safeguards {
		if !law.shared {
			continue
		}
		law.marked = nil
		if r := law.prove(w); !r.Passed {
			return r.placed(d)
		}
	}
	return ""
}

// ends says whether a turn brings the concern to an end.
func (d *Definition) ends(t turn) bool { return d.Ended(t.to.Status) && !d.Ended(t.at.Status) }

// can says whether a step, with any outcome, is possible for a role somewhere.
func (d *Definition) can(role Role, s Status, step Step) bool {
	info, _ := d.Step(step)
	return slices.ContainsFunc(info.Outcomes, func(o Outcome) bool { return d.MayAs(role, s, step, o.ID) == nil })
}
