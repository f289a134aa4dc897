package roomweb

import (
	"slices"
	"strconv"

	"heed/internal/field"
	"heed/internal/field/fieldweb"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/web"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

// Disputes is who disagreed with which decision of a record, and what came of it, for those who
// see all of the work on it; the last first.
func (p *Pages) Disputes(q *web.Request, v room.View) web.Component {
	if len(v.Challenges) == 0 {
		return nil
	}
	name := p.Directory.Names(q.Context())
	t := nhs.Table{Responsive: true, Caption: nhs.TableCaption{Text: "Who disagrees, and what came of it",
		Size: nhs.SizeM}, Head: nhs.Heads("Since", "Who", "With what", "Where it stands")}
	for _, c := range slices.Backward(v.Challenges) {
		t.Rows = append(t.Rows, []nhs.Cell{{Text: words.Date(c.At)}, {Content: nhs.HTML(words.Name(name(c.By)))},
			{Text: p.entryOf(v, c.About)}, {Text: saidOf(v, c)}})
	}
	return t
}

// saidOf is where it stands with somebody who disagrees.
func saidOf(v room.View, c room.Challenge) string {
	if due, owed := v.Owed(c); owed {
		by := ", by " + due.Day.Words()
		if due.Deadline == process.AnswerChallenge {
			return "To be answered by " + RoleWords(v.Process, string(due.Owner)) + by
		}
		return "They were heard. To be decided or asked again" + by
	}
	answered, _ := v.Process.Step(process.ChallengeAnswered)
	switch o, ok := answered.Outcome(c.Outcome); {
	case c.Back:
		return "They took it back"
	case ok:
		return o.Label
	}
	return "Answered"
}

// instead is what comes next while somebody disagrees: to answer them, for who is asked, and for
// nobody what would end the record.
func instead(v room.View, next process.Step) process.Step {
	is := func(step process.Step) bool {
		return slices.ContainsFunc(v.May, func(s process.StepInfo) bool { return s.ID == step })
	}
	info, _ := v.Process.Step(next)
	switch {
	case is(process.ChallengeAnswered):
		return process.ChallengeAnswered
	case v.Unheard() != nil && v.Process.EndsBy(info):
		return ""
	}
	return next
}

// narrowed has only the answers offered to whoever answers that can be given to those who wait: of
// a decision of ours, or of what others told.
func narrowed(v room.View, info process.StepInfo, who id.Person) process.StepInfo {
	if info.ID != process.ChallengeAnswered {
		return info
	}
	var can []process.Outcome
	for _, c := range v.ChallengesFor(info.ID, who) {
		can = append(can, info.Answering(v.Process, c.Step).Outcomes...)
	}
	given := func(result string) bool {
		return slices.ContainsFunc(can, func(o process.Outcome) bool { return o.When[0].Is[0] == result })
	}
	info.Fields = slices.DeleteFunc(slices.Clone(info.Fields), func(f field.Field) bool {
		return len(f.ShownWhen) > 0 && !slices.ContainsFunc(f.ShownWhen[0].Is, given)
	})
	for i, f := range info.Fields {
		if f.ID == "result" {
			info.Fields[i].Choices = slices.DeleteFunc(slices.Clone(f.Choices),
				func(o field.Option) bool { return !given(o.ID) })
		}
	}
	return info
}

// entryOf is an entry of a record, as it is named where another speaks of it.
func (p *Pages) entryOf(v room.View, version int64) string {
	for _, t := range v.Taken {
		if t.Version == version {
			return p.Entry(v, t)
		}
	}
	return ""
}

// disputes are the choices of what a step about those who disagree is about.
func (p *Pages) disputes(v room.View, step process.Step, who id.Person) (out []fieldweb.Option) {
	offer := func(of int64, label string) {
		out = append(out, fieldweb.Option{ID: strconv.FormatInt(of, 10), Label: label})
	}
	if step == process.Challenge {
		for _, of := range v.Disputable(v.Process, who) {
			offer(of, p.entryOf(v, of))
		}
		return out
	}
	for _, c := range v.ChallengesFor(step, who) {
		offer(c.Of, p.entryOf(v, c.Of)+", with: "+p.entryOf(v, c.About))
	}
	return out
}

// disputed is what somebody needs before them who answers one who disagrees, or takes it further:
// the decision, and all that was said of it since.
func (p *Pages) disputed(q *web.Request, v room.View, step process.Step) (out []web.Component) {
	for _, c := range v.ChallengesFor(step, q.Who().Person) {
		for _, t := range v.Taken {
			about := process.Disagrees(t.Step) && (t.Version == c.Of || room.EntryOf(t.Answers) == c.Of)
			if t.Version == c.About || about {
				out = append(out, p.recalled(q, v, t))
			}
		}
	}
	return out
}
