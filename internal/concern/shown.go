package concern

import (
	"slices"
	"strconv"
	"time"

	"heed/internal/access"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
)

// Shown is what one actor is shown of one record. Nothing else of a record leaves
// this package for page, print view, API, conflict, retry or error.
type Shown struct {
	Reference id.Reference
	Own       *OwnView // for the one who raised it
	Case      *Concern // for those who work on it
}

// shown decides what somebody is shown of a record, by what access allowed them to
// do with it. Whoever took a step, looked at who has opened the record, or may do
// what is not named here is shown its reference and nothing else.
func (c *Concern) shown(meant Meant, to id.Person, allowed access.Action, now time.Time) Shown {
	out := Shown{Reference: c.Reference}
	switch allowed {
	case access.ViewOwnConcern:
		own := c.Own(meant, now)
		out.Own = &own
	case access.ViewConcern, access.BreakGlass:
		out.Case = c.withoutWhatIsAbout(to)
	}
	return out
}

// withoutWhatIsAbout leaves out every step by which it was asked to keep this person
// from the concern, and what was said of such a step since. The version is that of the
// last step that is left, so that it does not count the others.
func (c *Concern) withoutWhatIsAbout(p id.Person) *Concern {
	hidden := map[string]bool{}
	out := &Concern{State: c.State}
	for _, t := range c.Taken {
		if c.Bars.Hides(p, t.Version) || t.Step == process.Correct && hidden[t.Answers.Get("of")] {
			hidden[strconv.FormatInt(t.Version, 10)] = true
			continue
		}
		out.Taken = append(out.Taken, t)
	}
	if len(hidden) == 0 {
		return c
	}
	out.Bars = slices.DeleteFunc(slices.Clone(c.Bars), func(b room.Bar) bool { return c.Bars.Hides(p, b.Of) })
	out.Version = out.Taken[len(out.Taken)-1].Version
	return out
}

// Recorded is the answer to a step: that it was taken, and nothing of the record.
type Recorded struct {
	Reference id.Reference
	At        time.Time
	Version   int64 // that the record then stood at; 0 for who is not shown it
}

// recordedFor leaves out the version for the one who raised it: it counts the steps
// of others.
func (r Recorded) recordedFor(act access.Action) Recorded {
	if act == access.AddToOwn {
		r.Version = 0
	}
	return r
}

// OwnView is all that the raiser sees of a concern.
type OwnView struct {
	Reference id.Reference
	RaisedAt  time.Time
	TellBy    time.Time
	ToldAt    time.Time
	Overdue   bool // no word yet, and the promised day is over
	Progress  Progress
	Report    field.Answers
	Team      id.Team
	News      []News
}

// News is one dated sentence written for the raiser.
type News struct {
	At    time.Time
	By    id.Person
	Title string
	Words string
	Mine  bool // the raiser's own addition
}

// Meant gives the definition under which a step was taken.
type Meant func(room.Taken) *process.Definition

// Own keeps what is written for the raiser and the raiser's own words; nothing
// of decisions, advice, sharing or what others told us.
func (c *Concern) Own(meant Meant, now time.Time) OwnView {
	told := c.ToldAt()
	v := OwnView{
		Reference: c.Reference, RaisedAt: c.At, TellBy: c.HearsBy, ToldAt: told, Progress: c.Progress(), Report: c.Raised(), Team: c.Team,
		Overdue: told.IsZero() && !c.Closed() && now.After(c.HearsBy),
	}
	for _, t := range c.Taken {
		info, _ := meant(t).Step(t.Step)
		outcome, _ := info.Outcome(t.Outcome)
		switch {
		case outcome.Tells != "":
			v.News = append(v.News, News{At: t.At, By: t.By, Title: outcome.Tells, Words: said(info, t.Answers)})
		case c.raisersOwn(t):
			words := t.Answers.Get("words")
			for _, sent := range t.Answers.Files() { // by name: its address would count the steps of others
				words += "\n\nWith it: " + sent.Words()
			}
			v.News = append(v.News, News{At: t.At, By: t.By, Title: "You added something", Words: words, Mine: true})
		}
	}
	return v
}

// additions is how often the raiser added something within the last day.
func (c *Concern) additions(now time.Time) (n int) {
	for _, t := range c.Taken {
		if c.raisersOwn(t) && now.Sub(t.At) < 24*time.Hour {
			n++
		}
	}
	return n
}

// raisersOwn says whether a step is what the one who raised the concern added to it.
func (c *Concern) raisersOwn(t room.Taken) bool {
	return t.Step == process.AddNote && t.By == c.By && t.Role != string(access.Lead)
}
