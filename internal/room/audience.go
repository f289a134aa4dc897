package room

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/clock"
	"heed/internal/clock/workday"
	"heed/internal/directory"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/process"
)

// Edition is what is read and confirmed, named by its hash.
type Edition struct {
	Text
	Since  time.Time `json:"since,omitzero"`   // when it was published; zero: not yet
	Before []Text    `json:"before,omitempty"` // earlier ones, of whom confirmations count for this one, too
	Afresh bool      `json:"afresh,omitempty"` // not yet published: confirmations start again with it
}

// Text is what one step said.
type Text struct {
	Hash    string `json:"hash"`
	Version int64  `json:"version"` // of the entry that says it
}

// all are the texts of which a confirmation counts, that in force first.
func (e *Edition) all() []Text { return append([]Text{e.Text}, e.Before...) }

// counted is the text of a hash of which a confirmation counts.
func (e *Edition) counted(hash string) (Text, bool) {
	all := e.all()
	i := slices.IndexFunc(all, func(t Text) bool { return t.Hash == hash })
	if i < 0 {
		return Text{}, false
	}
	return all[i], true
}

// Asked is an audience that was asked to read: one of everybody, a role, a team.
type Asked struct {
	Role access.Role `json:"role,omitempty"`
	Team id.Team     `json:"team,omitzero"`
	By   string      `json:"by,omitempty"` // the day until which it is asked; empty: none
}

// same says whether two are the same people.
func (x Asked) same(y Asked) bool { return x.Role == y.Role && x.Team == y.Team }

// Has says whether somebody is of the audience, as they now stand in the directory: who
// joined later is, and who has left is not.
func (x Asked) Has(p directory.Person) bool {
	return !p.Left && slices.ContainsFunc(p.Grants, func(g directory.Grant) bool {
		return (x.Role == "" || g.Role == x.Role) && (x.Team.IsZero() || g.Team == x.Team)
	})
}

// listAsked is the list, over all rooms, of what an audience is asked to read.
const listAsked = "asked"

func (x Asked) tag(key []byte, org id.Org) Tag {
	whose := org.Bytes()
	switch {
	case x.Role != "":
		whose = []byte("role " + x.Role)
	case !x.Team.IsZero():
		whose = x.Team.Bytes()
	}
	return tagOf(key, "", "", listAsked, whose)
}

// Until is the day until which it is asked to be read; ok is false when there is none.
func (x Asked) Until() (workday.Day, bool) {
	day, err := time.Parse(time.DateOnly, x.By)
	if err != nil {
		return workday.Day{}, false
	}
	return workday.Day{Year: day.Year(), Month: day.Month(), Day: day.Day()}, true
}

func (x Asked) sort() int64 {
	day, _ := x.Until()
	return sortOfDay(day)
}

func sortOfDay(day workday.Day) int64 {
	if day == (workday.Day{}) {
		return never
	}
	return clock.Micros(day.End())
}

// Reading is what a step means to those who are asked to read. It was worked out when
// the step was taken, as all of an effect.
type Reading struct {
	Written string `json:"written,omitempty"` // hash of what is to be read
	Keeps   bool   `json:"keeps,omitempty"`   // with it confirmations are kept
	Drops   bool   `json:"drops,omitempty"`   // what is written went back, and is not published
	InForce bool   `json:"in_force,omitempty"`
	Asks    *Asked `json:"asks,omitempty"`
	Stops   bool   `json:"stops,omitempty"`
}

// reading works it out; nil when the step means nothing to them.
func (d Decider) reading(s State, info process.StepInfo, answers field.Answers, to process.State) *Reading {
	a := d.Process.Audience
	if !a.Given() {
		return nil
	}
	x := Reading{InForce: to != s.Stage && slices.Contains(d.Process.Published, to) && slices.Contains(a.In, to)}
	if t, two := d.Process.Two(func(t process.Two) bool { return t.About == a.Text }); two {
		x.InForce = x.InForce && info.ID == t.Second // which is of what was written last: what went back is written anew
	}
	switch info.ID {
	case a.Text:
		x.Written = hashOf(s, info.ID, answers)
		x.Keeps = slices.ContainsFunc(a.Keeps, func(c field.Condition) bool { return c.Holds(answers) })
	case a.Ask:
		asks := Asked{By: answers.Get(a.By)}
		switch answers.Get(a.Who) {
		case process.AskRole:
			asks.Role = access.Role(answers.Get(a.Role))
		case process.AskTeam:
			asks.Team, _ = id.ParseTeam(answers.Get(a.Team)) //nolint:errcheck // the form has looked it up
		}
		x.Asks = &asks
	case a.Stop:
		x.Stops = true
	}
	if x == (Reading{}) {
		return nil
	}
	return &x
}

// hashOf names what a step says: its place in the record and its answers, with the
// hashes of its documents among them.
func hashOf(s State, step process.Step, answers field.Answers) string {
	said, err := json.Marshal(struct {
		Version int64         `json:"version"`
		Step    process.Step  `json:"step"`
		Answers field.Answers `json:"answers"`
	}{s.Version + 1, step, answers})
	if err != nil { // answers are text: cannot happen
		panic(err)
	}
	sum := sha256.Sum256(said)
	return hex.EncodeToString(sum[:])
}

// reads brings what is read from where it stood to where it stands.
func (s *State) reads(x *Reading, e ledger.Entry) {
	if x == nil {
		return
	}
	if x.Written != "" {
		afresh := !x.Keeps || s.Edition == nil || s.Written != nil && s.Written.Afresh
		s.Written = &Edition{Text: Text{x.Written, e.Version}, Afresh: afresh}
	}
	if x.InForce && s.Written != nil {
		now := Edition{Text: s.Written.Text, Since: e.At}
		if !s.Written.Afresh {
			now.Before = s.Edition.all()
		}
		s.Edition, s.Written = &now, nil
	}
	if x.Asks != nil {
		s.Asked = append(slices.DeleteFunc(slices.Clone(s.Asked), x.Asks.same), *x.Asks)
	}
	if x.Stops {
		s.Asked = nil
	}
}

// asked are those who are asked to read a record as it now stands: nobody, unless
// something is in force.
func (r *Room) asked(s *State) []Asked {
	a := r.Latest().Audience
	if !a.Given() || s.Edition == nil || !slices.Contains(a.In, s.Stage) {
		return nil
	}
	return s.Asked
}

// asks says whether somebody is asked to read a record, and by which day.
func (r *Room) asks(s *State, p directory.Person) (by workday.Day, yes bool) {
	for _, x := range r.asked(s) {
		if !x.Has(p) {
			continue
		}
		yes = true
		if day, ok := x.Until(); ok && (by == workday.Day{} || day.Before(by)) {
			by = day
		}
	}
	return by, yes
}
