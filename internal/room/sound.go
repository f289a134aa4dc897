package room

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"heed/internal/access"
	"heed/internal/field"
	"heed/internal/process"
)

// sound says what is wrong with a definition, or "". Names and references are
// checked when it is parsed; here stands what makes it a whole way: every form can
// be answered, every step can be taken by somebody at some time, every way comes to
// an end, and nothing open is ever without a next date.
func (r *Room) sound(d *process.Definition) string {
	for _, fault := range []string{d.Wording(), d.Unread(r.readBy()), r.clash(d), d.PersonFault()} {
		if fault != "" {
			return fault
		}
	}
	for i, x := range d.Roles {
		if x.ID != process.Anyone && !access.Role(x.ID).Valid() {
			return fmt.Sprintf("roles[%d] (%s) must be one of Heed's roles: %s", i+1, x.ID, roleNames())
		}
	}
	for i, s := range d.AllSteps {
		if fault := r.soundStep(d, i, s); fault != "" {
			return fault
		}
	}
	for i, t := range d.Timers {
		if fault := soundDeadline(d, t); fault != "" {
			return fmt.Sprintf("deadlines[%d] (%s) %s", i+1, t.ID, fault)
		}
	}
	for i, l := range d.Lists {
		if fault := soundList(d, i, l); fault != "" {
			return fmt.Sprintf("lists[%d] (%s) %s", i+1, l.ID, fault)
		}
	}
	for i, s := range d.Published {
		if _, ok := d.State(s); !ok {
			return fmt.Sprintf("published[%d] %s", i+1, d.NoState(s))
		}
	}
	if f, ok := field.Find(d.AllSteps[0].Fields, d.Entitled); d.Entitled != "" &&
		(!ok || f.Kind != field.Line || !f.Needed) {
		return fmt.Sprintf("entitled names %q, which must be a line of the first step that is needed", d.Entitled)
	}
	if d.Audience.Given() {
		if fault := d.Audience.FaultOf(d, func(r string) bool { return access.Role(r).Valid() }); fault != "" {
			return "audience " + fault
		}
	}
	for i, c := range d.Cycles {
		if fault := c.FaultOf(d); fault != "" {
			return fmt.Sprintf("cycles[%d] (%s) %s", i+1, c.ID, fault)
		}
	}
	if fault := d.LinksFault(); fault != "" {
		return fault
	}
	if d.Coverage.Given() {
		if fault := d.Coverage.FaultOf(d); fault != "" {
			return "coverage " + fault
		}
	}
	if fault := d.FiguresFault(); fault != "" {
		return fault
	}
	if fault := d.LeavesFault(); fault != "" {
		return fault
	}
	lists := d.Lists
	if len(r.Definitions) > 0 {
		lists = r.Latest().Lists // which hold the records of every version
	}
	return newWalk(d).fault(lists)
}

func (r *Room) soundStep(d *process.Definition, i int, s process.StepInfo) string {
	place := fmt.Sprintf("steps[%d] (%s)", i+1, s.ID)
	if fault := field.Form(place+".fields", s.Fields, d.AboutPerson); fault != "" {
		return fault
	}
	if fault := r.soundKind(d, s); fault != "" {
		return place + " " + fault
	}
	if fault := process.SeenBy(place, s, process.SeesRaiser, process.SeesReader, process.SeesWork); fault != "" {
		return fault
	}
	for j, f := range s.Fields {
		if fault := soundField(f); fault != "" {
			return fmt.Sprintf("%s.fields[%d] (%s) %s", place, j+1, f.ID, fault)
		}
	}
	person := func(name string) bool {
		f, ok := field.Find(s.Fields, name)
		return name == "actor" || ok && f.Kind == field.Person
	}
	for _, n := range s.People {
		if n.As == "" || !person(n.From) {
			return fmt.Sprintf("%s names people in %q: it must be actor, or a question of the step of kind person", place,
				n.From)
		}
	}
	if len(s.Pages) > 0 && (i == 0 && !r.Apart || len(field.Documents(s.Fields)) > 0) {
		return place + " is asked in parts, which are kept until all are sent: only a later step can be, and one without " +
			"a document"
	}
	if fault := soundHears(d, s); fault != "" {
		return place + " " + fault
	}
	if fault := d.LeansOn(s); fault != "" {
		return place + " " + fault
	}
	if fault := soundOutcomes(s); fault != "" {
		return place + " " + fault
	}
	return ""
}

// soundHears holds who has a notice of a step, and who may not take it, to those whom the
// record names.
func soundHears(d *process.Definition, s process.StepInfo) string {
	named := func(name string) bool {
		return slices.ContainsFunc(d.AllSteps, func(x process.StepInfo) bool {
			return slices.ContainsFunc(x.People, func(n process.NamedHere) bool { return n.As == name })
		})
	}
	for _, name := range s.Hears {
		if name != hearsRaiser && name != hearsOwner && !named(name) {
			return fmt.Sprintf("is heard of by %q: it must be raiser, owner, or as a step calls somebody in its people", name)
		}
	}
	for _, name := range s.Other {
		if !named(name) {
			return fmt.Sprintf("needs another person than %q: it must be as a step calls somebody in its people", name)
		}
	}
	return ""
}

// soundKind holds the kind of a step's entries to its room: a replay reads the
// entries that begin with the room's name.
func (r *Room) soundKind(d *process.Definition, s process.StepInfo) string {
	if !s.Local && s.Kind == d.LocalKind() {
		return fmt.Sprintf("has the kind %q, which is that of steps that an organisation adds: give it another", s.Kind)
	}
	if !strings.HasPrefix(s.Kind, r.Name+".") {
		return fmt.Sprintf("has the kind %q: it must begin with %q, or a replay passes it by", s.Kind, r.Name+".")
	}
	if slices.Contains(ownKinds, strings.TrimPrefix(s.Kind, r.Name)) {
		return fmt.Sprintf("has the kind %q, which every room has for readings: give it another", s.Kind)
	}
	for _, made := range d.Made() {
		if s.Kind == made.Kind {
			return fmt.Sprintf("has the kind %q, which is that of the step %s, by Heed itself: give it another", s.Kind, made.ID)
		}
	}
	return ""
}

// readBy is who reads the definitions of a room.
func (r *Room) readBy() string {
	if r.Apart {
		return process.ForConcern
	}
	return process.ForRoom
}

// unbuilt are kinds of field that pages cannot ask yet: nobody could answer them.
var unbuilt = []field.Kind{field.Partner, field.Group}

func soundField(f field.Field) string {
	switch {
	case slices.Contains(unbuilt, f.Kind):
		return fmt.Sprintf("has the kind %s, which no page can ask yet: use another", f.Kind)
	case f.Kind == field.Person && len(f.Of) == 0:
		return `must say "of" which roles somebody can be chosen from`
	case f.Kind != field.Person && len(f.Of) > 0:
		return `must have "of" only for a person`
	}
	for _, role := range f.Of {
		if !access.Role(role).Valid() {
			return fmt.Sprintf("is of the role %q: it must be one of Heed's roles: %s", role, roleNames())
		}
	}
	for _, inner := range f.Fields {
		if fault := soundField(inner); fault != "" {
			return fmt.Sprintf("has a part (%s) that %s", inner.ID, fault)
		}
		if inner.Keep {
			return fmt.Sprintf("has a part (%s) that is kept: keep an answer that stands by itself", inner.ID)
		}
	}
	return ""
}

func roleNames() string {
	var names []string
	for _, r := range access.Roles() {
		names = append(names, string(r))
	}
	return strings.Join(names, ", ")
}

func soundDeadline(d *process.Definition, t process.Deadline) string {
	if _, ok := d.Role(t.Owner); !ok || t.Owner == process.Anyone {
		return fmt.Sprintf("is owned by %q: its owner must be one of the definition's roles, "+
			"and not anyone, or nobody is told", t.Owner)
	}
	if fault := t.SeenBy(process.SeesRaiser, process.SeesReader); fault != "" {
		return fault
	}
	if t.Days == 0 && t.On == "" {
		return `must have "days", or the day "on" which it is due: with neither it is overdue at once`
	}
	if t.On == "" {
		return ""
	}
	for _, from := range t.From {
		name, _, _ := strings.Cut(from, "/")
		s, _ := d.Step(process.Step(name))
		if f, ok := field.Find(s.Fields, t.On); !ok || f.Kind != field.Day {
			return fmt.Sprintf("is due on %q, which is no day field of the step %s: name one of kind day", t.On,
				name)
		}
	}
	return ""
}

func soundList(d *process.Definition, i int, l process.List) string {
	switch {
	case slices.ContainsFunc(d.Lists[:i], func(x process.List) bool { return x.ID == l.ID }):
		return "has a name that is given twice: give each one of its own"
	case !field.IsName(l.ID) || l.Title == "" || l.Empty == "":
		return `must have a name, a title and "empty" (what an empty one says)`
	case !slices.Contains([]string{ofTeam, ofOwner, ofStarter, ofOrganisation}, l.Of):
		return "must be of a team, an owner, a raiser or the organisation"
	case l.Order != orderDue && l.Order != orderNewest:
		return "must be in the order due or newest"
	case l.Open != "" && l.Open != "yes" && l.Open != "no":
		return `must have "open" yes or no, or not at all`
	case l.Today && l.Order != orderDue:
		return "must be in the order due to show what is due today"
	}
	if i := hiddenFromRaiser(d); i >= 0 && l.Of == ofStarter && l.Order == orderDue {
		return fmt.Sprintf("would tell whoever began a record by its order when %s is due, which they do not see: "+
			`give the deadline "sees": ["raiser"], or the list the order newest`, d.Timers[i].ID)
	}
	for _, s := range l.In {
		info, ok := d.State(s)
		if !ok {
			return d.NoState(s)
		}
		if info.End && l.Open == "yes" || !info.End && l.Open == "no" {
			return fmt.Sprintf(`is "in" %q with "open" %q, where no record ever is: leave out one of them`, s, l.Open)
		}
	}
	for _, f := range l.Facts {
		if !slices.ContainsFunc(d.Facts, func(x process.FactInfo) bool { return x.ID == f }) {
			return d.NoFact(f)
		}
	}
	return ""
}

// hiddenFromRaiser is the first deadline of which whoever began the record sees nothing; -1: none.
func hiddenFromRaiser(d *process.Definition) int {
	return slices.IndexFunc(d.Timers, func(t process.Deadline) bool {
		return !slices.Contains(t.Sees, process.SeesRaiser) && !slices.Contains(t.Sees, process.SeesReader)
	})
}

// walk goes through every configuration: state, facts, and the duties that run.
type walk struct {
	d     *process.Definition
	seen  map[string]*place
	queue []*place
	taken map[process.Step]bool
	out   map[outcome]bool
}

// outcome is one way in which a step can come out.
type outcome struct {
	step process.Step
	id   string
}

type place struct {
	status process.Status
	duties []string // running, sorted
	ways   []*place // where steps lead
	begun  bool
}

func newWalk(d *process.Definition) *walk {
	w := &walk{d: d, seen: map[string]*place{}, taken: map[process.Step]bool{}, out: map[outcome]bool{}}
	w.at(d.Start(), nil, false)
	for len(w.queue) > 0 {
		p := w.queue[0]
		w.queue = w.queue[1:]
		for _, s := range append(d.Steps(p.status), d.Lapses(p.status)...) {
			if p.begun == (s.ID == d.AllSteps[0].ID) {
				continue // the first step, and it alone, comes first
			}
			for _, o := range s.Outcomes {
				w.taken[s.ID], w.out[outcome{s.ID, o.ID}] = true, true
				next := d.After(p.status, s.ID, o.ID)
				to := w.at(next, w.after(p, next, s.ID, o.ID), true)
				if !process.Disagrees(s.ID) { // it may be that nobody does
					p.ways = append(p.ways, to)
				}
			}
		}
	}
	return w
}

func (w *walk) at(s process.Status, duties []string, begun bool) *place {
	key := fmt.Sprint(s.State, s.Facts, duties, begun)
	if p, ok := w.seen[key]; ok {
		return p
	}
	p := &place{status: s, duties: duties, begun: begun}
	w.seen[key] = p
	w.queue = append(w.queue, p)
	return p
}

// after is what runs when a step has led from one place to the next: nothing where it ended.
func (w *walk) after(p *place, next process.Status, step process.Step, outcome string) []string {
	ended := w.d.Ended(next)
	if ended && !w.d.Ended(p.status) {
		return nil
	}
	starts, stops := w.d.Duties(p.duties, process.Taken{Step: step, Outcome: outcome}, ended)
	out := slices.DeleteFunc(slices.Clone(p.duties), func(t string) bool { return slices.Contains(stops, t) })
	for _, t := range starts {
		// a duty on an optional day may not start: the definition needs another
		if _, comesRound := w.d.CycleOf(t.ID); t.On == "" || comesRound || w.always(step, t.On) {
			out = append(out, t.ID)
		}
	}
	slices.Sort(out)
	return slices.Compact(out) // a place is told by which duties run
}

func (w *walk) always(step process.Step, name string) bool {
	s, _ := w.d.Step(step)
	f, _ := field.Find(s.Fields, name)
	return f.Needed && len(f.ShownWhen) == 0
}

// endsIn says whether a record that has ended there stands in a list, and not in that of one
// owner alone, who may have left.
func (p *place) endsIn(l process.List) bool {
	return l.Of != ofOwner && !l.Today && listed(l, &State{Stage: p.status.State, Facts: p.status.Facts, EndedAt: longAgo})
}

// longAgo is when something ended of which no more is asked than that it did.
var longAgo = time.Unix(0, 0)

// state is where the state of a place stands in the file.
func (w *walk) state(p *place) string {
	i := slices.IndexFunc(w.d.States, func(s process.StateInfo) bool { return s.ID == p.status.State })
	return fmt.Sprintf("states[%d] (%s)", i+1, p.status.State)
}

func (w *walk) fault(lists []process.List) string {
	for i, s := range w.d.AllSteps {
		if !w.taken[s.ID] {
			return fmt.Sprintf("steps[%d] (%s) can be taken by nobody at any time: it must have a move from a state that is "+
				"reached, with facts that hold there", i+1, s.ID)
		}
	}
	ends := map[*place]bool{}
	for again := true; again; {
		again = false
		for _, p := range w.seen {
			can := w.d.Ended(p.status) || slices.ContainsFunc(p.ways, func(q *place) bool { return ends[q] })
			if can && !ends[p] {
				ends[p], again = true, true
			}
		}
	}
	var faults []string
	for _, p := range w.seen {
		switch {
		case !ends[p]:
			faults = append(faults, w.state(p)+" is a state from which there is no way to an end: give a step that leads "+
				"to one, from it or from where it leads")
		case p.begun && !w.d.Ended(p.status) && len(p.duties) == 0:
			faults = append(faults, w.state(p)+" is a state in which nothing is due: what is open must have a next date, so "+
				"let a deadline run until the step that leads out of it")
		case w.d.Ended(p.status) && !slices.ContainsFunc(lists, p.endsIn):
			faults = append(faults, w.state(p)+" is an end at which a record stands in no list, and would be found by nobody "+
				`again: give a list of the organisation, a team or the raiser that holds it, with "open" no or without`)
		}
	}
	if len(faults) == 0 {
		return ""
	}
	return slices.Min(faults)
}
