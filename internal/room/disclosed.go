package room

import (
	"slices"
	"strings"
	"time"

	"heed/internal/access"
	"heed/internal/clock/workday"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/process"
)

// What stands here is done with what was sent from a record: to whom it went is known as long
// as the record is, and each recipient is told what changed since; see decision 0718.

// Disclosure is something that identifies a person and left the organisation.
type Disclosure struct {
	Of   int64        `json:"of"` // the step with which it left
	Step process.Step `json:"step"`
	At   time.Time    `json:"at"`           // when that was recorded
	On   string       `json:"on,omitempty"` // the day on which it was sent; empty: that of At
	To   string       `json:"to"`           // in the words of then
	// Told is the last step by which the recipient was told what changed, Settled by which they were
	// or did not have it; 0: none. Answers are all by which it was said what they were told, if only
	// that they cannot be.
	Told    int64   `json:"told,omitempty"`
	Settled int64   `json:"settled,omitempty"`
	Answers []int64 `json:"answers,omitempty"`
}

// answered is the last of Answers; 0: none.
func (x Disclosure) answered() int64 {
	if len(x.Answers) == 0 {
		return 0
	}
	return x.Answers[len(x.Answers)-1]
}

// Sent is what a step says of what left with it.
type Sent struct {
	To string `json:"to"`
	On string `json:"on,omitempty"`
}

// sent is what left with a step, when something did that identifies a person.
func sent(info process.StepInfo, out string, answers field.Answers) *Sent {
	x := info.Sends
	if o, _ := info.Outcome(out); !o.Discloses() && !x.Lost || slices.Contains(x.Inside, answers.Get(x.To[0])) {
		return nil
	}
	var to []string
	for _, name := range x.To {
		if f, _ := field.Find(info.Fields, name); !answers[name].Empty() {
			to = append(to, f.Words(answers[name], nil))
		}
	}
	return &Sent{To: strings.Join(to, ": "), On: answers.Get(x.On)}
}

// discloses keeps what left with a step, and that a recipient was told.
func (s *State) discloses(version int64, at time.Time, ev Event) {
	if ev.Step == process.RecipientTold {
		if i := s.disclosure(EntryOf(ev.Answers)); i >= 0 {
			s.Disclosed = slices.Clone(s.Disclosed) // what others hold stays as it is
			x := &s.Disclosed[i]
			x.Answers = append(slices.Clip(x.Answers), version)
			if ev.Outcome != process.CannotBeTold {
				x.Settled = version
			}
			if ev.Outcome == process.Told {
				x.Told = version
			}
		}
	}
	if x := ev.Effect.Sent; x != nil {
		s.Disclosed = append(slices.Clip(s.Disclosed), Disclosure{Of: version, Step: ev.Step, At: at, On: x.On, To: x.To})
	}
}

func (s *State) disclosure(of int64) int {
	return slices.IndexFunc(s.Disclosed, func(x Disclosure) bool { return x.Of == of })
}

// Untold says whether somebody is still to be told what changed since something was sent to them.
func (s *State) Untold(x Disclosure) bool {
	return slices.ContainsFunc(s.Due, func(d process.Due) bool { return d.Of == x.Of })
}

// SaidTo says of a recipient whether they are still to be told what changed.
func (s *State) SaidTo(x Disclosure) string {
	switch {
	case s.Untold(x):
		return "They are to be told"
	case x.Told > 0 && x.Told == x.answered():
		return "They were told"
	case x.answered() > 0:
		return "They were not told, with the reason"
	}
	return "Nothing that they have was put right"
}

// Day is the day on which something was sent, in words.
func (x Disclosure) Day() string { return x.sentOn().Words() }

func (x Disclosure) sentOn() workday.Day {
	if day, err := workday.Parse(x.On); err == nil {
		return day
	}
	return workday.Of(x.At)
}

// lastSent is when something was last sent from the record; zero: never.
func (s *State) lastSent() time.Time {
	if len(s.Disclosed) == 0 {
		return time.Time{}
	}
	return s.Disclosed[len(s.Disclosed)-1].At
}

// recipients are the duties to tell recipients that a step starts, and the one that it ends. What
// was written after something was sent, and after its recipient was last told, they do not have.
func (d Decider) recipients(s State, x process.Taken, answers field.Answers) (start []process.Due, stop []string) {
	t, ok := d.Process.ToRecipients()
	if !ok {
		return nil, nil
	}
	if t.Ends(x) {
		return nil, []string{process.Due{Deadline: t.ID, Of: EntryOf(answers)}.Key()}
	}
	if !t.Starts(x) {
		return nil, nil
	}
	for _, sent := range s.Disclosed {
		has := x.Step == process.ErasureAhead || s.mayHave(sent, EntryOf(answers))
		if due, ok := t.Running(d.Nation, d.Now, ""); ok && has && !s.Untold(sent) {
			due.Of = sent.Of
			start = append(start, due)
		}
	}
	return start, nil
}

// mayHave says whether a recipient may have what was written with an entry: it was there when
// something was sent to them, or when they were last told what changed. Who is kept from the
// record and what recipients were told is sent to nobody.
func (s *State) mayHave(x Disclosure, entry int64) bool {
	_, bar := s.Bars.About(entry)
	telling := slices.ContainsFunc(s.Disclosed, func(y Disclosure) bool { return slices.Contains(y.Answers, entry) })
	return !bar && !telling && entry <= max(x.Of, x.Told)
}

// notToRecipient refuses what is said of a recipient who waits for nothing, and that they were
// not sent what was put right where all of it is to be erased.
func (s *State) notToRecipient(step process.Step, out string, answers field.Answers) error {
	if step != process.RecipientTold {
		return nil
	}
	i := s.disclosure(EntryOf(answers))
	day, err := workday.Parse(answers.Get("day"))
	if i < 0 || !s.Untold(s.Disclosed[i]) {
		return fail.Fields{{Name: "of", Words: "Select what was sent to somebody who is still to be told"}}.Err()
	}
	if out == process.NotAmongIt && s.ahead() > s.Disclosed[i].answered() {
		return fail.Fields{{Name: "result", Words: "Select another answer: all of it is to be erased, so they were sent " +
			"some of what is erased"}}.Err()
	}
	if from := s.Disclosed[i].sentOn(); err == nil && day.Before(from) {
		return fail.Fields{{Name: "day",
			Words: "The day must be " + from.Words() + ", on which it was sent, or later"}}.Err()
	}
	return nil
}

// ahead is the step that said that the record is to be erased; 0: none did.
func (s *State) ahead() int64 { return s.Last[process.ErasureAhead].Version }

// notErased takes back that the record is to be erased, and that recipients are told so.
func (s *State) notErased() {
	said := s.Last[process.ErasureAhead].At
	delete(s.Last, process.ErasureAhead)
	s.Due = slices.DeleteFunc(slices.Clone(s.Due), func(x process.Due) bool {
		return x.Deadline == process.TellRecipient && x.Since.Equal(said)
	})
}

// eraseUntold says why a record is not erased yet: afterwards nobody knows who was sent
// something from it.
func (s *State) eraseUntold(def *process.Definition) error {
	if s.unheard() {
		first, _ := def.Step(process.ErasureAhead)
		return fail.New(fail.Conflict, "Something that identifies a person was sent from this, and whoever has it has "+
			"to be told before it is erased: a safeguarding lead records %q first", first.Label)
	}
	if slices.ContainsFunc(s.Disclosed, s.Untold) {
		then, _ := def.Step(process.RecipientTold)
		return fail.New(fail.Conflict, "Not everybody who was sent something from this has been told yet: a safeguarding "+
			"lead records for each of them %q first", then.Label)
	}
	return nil
}

// unheard says whether somebody was sent something and neither was told that it is to be erased
// nor waits to be.
func (s *State) unheard() bool {
	return slices.ContainsFunc(s.Disclosed, func(x Disclosure) bool {
		return s.ahead() == 0 || x.answered() < s.ahead() && !s.Untold(x)
	})
}

// WaitsFor says why a step about recipients has nothing here to be about, or nil.
func (s *State) WaitsFor(step process.Step) error {
	switch {
	case step == process.ErasureAhead && len(s.Disclosed) == 0:
		return fail.New(fail.Conflict, "Nothing stands here that was sent to anybody, so nobody has to be told")
	case step == process.ErasureAhead && !s.unheard():
		return fail.New(fail.Conflict, "It was said already that this is to be erased")
	case step == process.RecipientTold && !slices.ContainsFunc(s.Disclosed, s.Untold):
		return fail.New(fail.Conflict, "Nobody waits to be told what changed since something was sent to them")
	}
	return nil
}

// Prepared is a letter to a recipient, to be copied and sent: it says what changed, by the
// reference and day of what they were sent, in the words of those who put it right.
type Prepared struct {
	Disclosure
	Reference id.Reference
	What      string   // they were sent
	Erased    bool     // all of it is to be erased
	Right     []string // what is right, as corrections say it, oldest first
}

// Letters are those to the recipients who are still to be told.
func (v View) Letters() (out []Prepared) {
	for _, x := range v.Disclosed {
		if v.Untold(x) {
			out = append(out, v.letter(x))
		}
	}
	return out
}

func (v View) letter(x Disclosure) Prepared {
	p := Prepared{Disclosure: x, Reference: v.Reference, Erased: v.ahead() > x.answered()}
	t, _ := v.Process.ToRecipients()
	for _, done := range v.Taken {
		info, _ := v.Process.Step(done.Step)
		if done.Version == x.Of {
			p.What = done.Answers.Get(info.Sends.What)
		}
		if done.Version <= max(x.Of, x.Settled) || done.Step == process.ErasureAhead ||
			!t.Starts(process.Taken{Step: done.Step, Outcome: done.Outcome}) || !v.mayHave(x, EntryOf(done.Answers)) {
			continue
		}
		for _, f := range info.Fields {
			if f.Kind == field.Text {
				p.Right = append(p.Right, done.Answers.Get(f.ID))
			}
		}
	}
	return p
}

// Registers are the rooms of which this actor may list what was sent, and to whom.
func (d *Desk) Registers(a access.Actor) (out []*Room) {
	for _, r := range d.rooms {
		if slices.ContainsFunc(d.MayList(a, r), func(l process.List) bool { return l.Sent }) {
			out = append(out, r)
		}
	}
	return out
}
