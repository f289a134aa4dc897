package concernweb

import (
	"heed/internal/concern"
	"heed/internal/field"
	"heed/internal/field/fieldweb"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/web"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

// said shows the answers of a step: every one that was given, as text, a document as a
// link below the path of the case.
func said(info process.StepInfo, t room.Taken, name field.Namer, record string) web.Component {
	var rows []nhs.SummaryRow
	for _, l := range field.Show(info.Fields, t.Answers, name) {
		rows = append(rows, nhs.SummaryRow{Key: nhs.SummaryCell{Text: l.Key}, Value: nhs.SummaryCell{Content: fieldweb.Answer(l, record, t.Version)}})
	}
	if t.Effect.Unread {
		rows = append(rows, nhs.Row("Not read here", "The person who raised it had left, and could not log in to read this"))
	}
	if len(rows) == 0 {
		return nil
	}
	return nhs.SummaryList{Rows: rows, NoBorder: true}
}

// saidIn shows all that one step of a case asked, the unanswered too.
func (p *pages) saidIn(c *concern.Concern, t room.Taken) web.Component {
	info, _ := p.desk.Meant(c.Org, t).Step(t.Step)
	return allSaid(info, t.Answers, false)
}

// allSaid shows every question of a step with its answer. To whoever answered it,
// it speaks of "you".
func allSaid(info process.StepInfo, in field.Answers, mine bool) web.Component {
	var out nhs.SummaryList
	for _, r := range fieldweb.Rows(info.Fields, in, nil) {
		called := r.Field.Called()
		if mine {
			called = toYou(r.Field)
		}
		out.Rows = append(out.Rows, r.Cells(called))
	}
	return out
}

// toYou is what a question is called before the one who answers it.
func toYou(x field.Field) string {
	if x.ID == "reach" {
		return "How to reach you"
	}
	return x.Called()
}

// namer gives the words of an answer that names somebody, or an entry of the record.
func (p *pages) namer(q *web.Request, c *concern.Concern) field.Namer {
	return func(k field.Kind, value string) string {
		switch k {
		case field.Person:
			if x, err := id.ParsePerson(value); err == nil {
				if names, err := p.names(q.Context(), x); err == nil {
					return names[x]
				}
			}
		case field.Entry:
			for _, t := range c.Taken {
				if words.Number(int(t.Version)) == value {
					info, _ := p.desk.Meant(c.Org, t).Step(t.Step)
					return stepDone(info, t) + ", " + words.Moment(t.At)
				}
			}
		}
		return value
	}
}

// stepDone is a step in the past tense.
func stepDone(info process.StepInfo, t room.Taken) string {
	if o, ok := info.Outcome(t.Outcome); ok && o.Label != "" {
		return o.Label
	}
	return info.Label
}
