package concern

import (
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
)

// Progress is what the raiser sees of where it stands.
type Progress string

// The plain words of "My concerns" (ui/conventions, section 6).
const (
	Received      Progress = "Received"
	BeingLookedAt Progress = "Being looked at"
	PassedOn      Progress = "Passed on"
	Finished      Progress = "Finished"
)

func progress(s *room.State) Progress {
	_, referred := s.Last[process.Refer]
	switch {
	case s.Ended():
		return Finished
	case referred:
		return PassedOn
	case s.Looked:
		return BeingLookedAt
	}
	return Received
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

// OwnView keeps what is written for the raiser and the raiser's own words; nothing
// of decisions, advice, sharing or what others told us.
func (d *Desk) OwnView(c *Concern) OwnView {
	told := c.ToldAt()
	v := OwnView{
		Reference: c.Reference, RaisedAt: c.At, TellBy: c.HearsBy, ToldAt: told, Progress: progress(&c.State),
		Report: c.Raised(), Team: c.Team,
		Overdue: told.IsZero() && !c.Ended() && d.Clock.Now().After(c.HearsBy),
	}
	for _, t := range c.Taken {
		info, _ := d.Meant(c.Org, t).Step(t.Step)
		outcome, _ := info.Outcome(t.Outcome)
		switch {
		case outcome.Tells != "":
			v.News = append(v.News, News{At: t.At, By: t.By, Title: outcome.Tells, Words: said(info, t.Answers)})
		case raisersOwn(&c.State, t.Step, t.By, t.Role):
			words := t.Answers.Get("words")
			for _, sent := range t.Answers.Files() { // by name: its address would count the steps of others
				words += "\n\nWith it: " + sent.Words()
			}
			v.News = append(v.News, News{At: t.At, By: t.By, Title: "You added something", Words: words, Mine: true})
		}
	}
	return v
}

// said are the answers of a step that the person who raised the concern sees.
func said(info process.StepInfo, a field.Answers) string {
	for _, f := range info.Fields {
		if slices.Contains(f.Sees, process.SeesRaiser) && !a[f.ID].Empty() {
			return a.Get(f.ID)
		}
	}
	return ""
}

// raisersOwn says whether a step is what the one who raised the concern added to it.
func raisersOwn(s *room.State, step process.Step, by id.Person, role string) bool {
	return step == process.AddNote && by == s.By && role != string(access.Lead)
}
