package room

import (
	"context"
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/process"
)

// A record has two audiences: those who work on it, and whoever began it, who follows it.
// Who follows it sees what they said, how far it has come in plain words, and what was
// written for them; nothing of decisions, advice, sharing or what others told us.

// Progress is how far a record has come, for whoever began it.
type Progress string

// The plain words for it (ui/conventions, section 6).
const (
	Received      Progress = "Received"
	BeingLookedAt Progress = "Being looked at"
	PassedOn      Progress = "Passed on"
	Finished      Progress = "Finished"
)

func (r *Room) progress(s *State) Progress {
	_, passed := s.Last[r.Passes]
	switch {
	case s.Ended():
		return Finished
	case passed:
		return PassedOn
	case s.Looked:
		return BeingLookedAt
	}
	return Received
}

// toldAt is when whoever began a record was last told something: by a step that meets what
// they were promised. Zero: never.
func toldAt(def *process.Definition, s *State) (at time.Time) {
	i := slices.IndexFunc(def.Timers, func(t process.Deadline) bool { return t.ID == def.HearsBy })
	for step, m := range s.Last {
		if i >= 0 && m.At.After(at) && def.Timers[i].Ends(process.Taken{Step: step, Outcome: m.Outcome}) {
			at = m.At
		}
	}
	return at
}

// Following is all that whoever began a record sees of it.
type Following struct {
	Reference id.Reference
	At        time.Time
	HearsBy   time.Time
	ToldAt    time.Time
	Overdue   bool // no word yet, and the promised day is over
	Progress  Progress
	Said      field.Answers // when it was begun
	Team      id.Team
	News      []News
}

// News is one dated sentence written for whoever began a record.
type News struct {
	At    time.Time
	By    id.Person
	Title string
	Words string
	Mine  bool // what they added themselves
}

// Follow gives a record to whoever began it, as that.
func (d *Desk) Follow(ctx context.Context, a access.Actor, r *Room, ref id.Reference) (Following, error) {
	v, err := d.Read(ctx, a, r, ref, Look{Act: actFollow, Kind: readOwn})
	if err != nil {
		return Following{}, err
	}
	return d.Following(v), nil
}

// See opens a record for whoever may, and otherwise lets them follow what they began:
// works says which. Who may give no reason to open one follows their own.
func (d *Desk) See(ctx context.Context, a access.Actor, r *Room, ref id.Reference) (v View, own Following, works bool,
	err error) {
	if r.Follows == "" || r.Reason == nil || d.Policy.BreaksGlass(a) {
		if v, err = d.Open(ctx, a, r, ref); r.Follows == "" || !fail.Is(err, fail.Hidden) {
			return v, own, true, err
		}
	}
	own, refused := d.Follow(ctx, a, r, ref)
	if refused == nil || err == nil {
		err = refused // what opening was refused with asks for a reason, perhaps
	}
	return v, own, false, err
}

// Following is a record as whoever began it sees it.
func (d *Desk) Following(v View) Following {
	told := toldAt(v.Process, &v.State)
	out := Following{Reference: v.Reference, At: v.At, HearsBy: v.HearsBy, ToldAt: told,
		Progress: v.Room.progress(&v.State), Said: v.Taken[0].Answers, Team: v.Team,
		Overdue: told.IsZero() && !v.Ended() && d.Clock.Now().After(v.HearsBy)}
	for _, t := range v.Taken {
		def, err := d.Meant(v.Room, v.Org, t.Definition)
		if err != nil { // of a newer program, which knows the words
			def = v.Room.Latest()
		}
		info, _ := def.Step(t.Step)
		outcome, _ := info.Outcome(t.Outcome)
		switch {
		case outcome.Tells != "":
			out.News = append(out.News, News{At: t.At, By: t.By, Title: outcome.Tells, Words: forRaiser(info, t.Answers)})
		case t.Effect.Adds:
			words := t.Answers.Get("words")
			for _, sent := range t.Answers.Files() { // by name: its address would count the steps of others
				words += "\n\nWith it: " + sent.Words()
			}
			out.News = append(out.News, News{At: t.At, By: t.By, Title: "You added something", Words: words, Mine: true})
		}
	}
	return out
}

// forRaiser is the answer of a step that is written for whoever began the record.
func forRaiser(info process.StepInfo, a field.Answers) string {
	for _, f := range info.Fields {
		if slices.Contains(f.Sees, process.SeesRaiser) && !a[f.ID].Empty() {
			return a.Get(f.ID)
		}
	}
	return ""
}

// Receipt gives whoever began a record what proves later that it was here, and says nothing
// of it. To fetch it is a reading like any other.
func (d *Desk) Receipt(ctx context.Context, a access.Actor, r *Room, ref id.Reference) ([]byte, error) {
	v, err := d.Read(ctx, a, r, ref, Look{Act: actFollow, Kind: readOwn})
	if err != nil {
		return nil, err
	}
	return d.Ledger.ReceiptFile(ctx, ledger.Entry{Record: v.Record, Version: 1})
}
