package concernweb

import (
	"heed/internal/access"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/web"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

// What the pages of steps have of their own: what each asks, and its words, stand in the
// process, and roomweb makes the pages from it.

// stepOf is a step as the organisation's process has it.
func (p *pages) stepOf(q *web.Request, step process.Step) process.StepInfo {
	info, _ := p.desk.Definition(q.Who().Org).Step(step)
	return info
}

// before is what only this record can tell above a step's questions.
func (p *pages) before(q *web.Request, v room.View, info process.StepInfo) []web.Component {
	switch info.ID {
	case process.GiveFeedback:
		if who, err := p.Directory.Person(q.Context(), v.By); err == nil && who.Left {
			return []web.Component{nhs.WarningCallout{Heading: nhs.CardHeading{Text: "The person who raised this has left",
				Level: 2},
				Text: "They cannot log in and will not read this here. If you can reach them, tell them in another way, and " +
					"write down what you told them and how."}}
		}
	case process.Close:
		said := "the person who raised it was answered on "
		if v.Last[process.GiveFeedback].Outcome == process.CannotBeTold {
			said = "why the person who raised it cannot be told was recorded on "
		}
		return []web.Component{nhs.Para("Before you close: " + said + words.Date(p.Desk.Following(v).ToldAt) + ".")}
	}
	return nil
}

// refused says why a step is somebody else's.
func refused(q *web.Request, v room.View, info process.StepInfo) string {
	if access.Decides(access.Action(info.ID)) && q.Who().Person == v.By {
		return access.WordsNotAlone
	}
	return ""
}

// then is where a step leads.
func then(q *web.Request, ref id.Reference, info process.StepInfo) string {
	if info.ID == process.AddNote {
		return "/cases/" + string(ref) + "/notes"
	}
	return ""
}

// called is what a question is called before those who work on a concern; toYou, before
// the one who answered it.
func called(x field.Field) string { return x.Called() }

func toYou(x field.Field) string {
	if x.ID == "reach" {
		return "How to reach you"
	}
	return x.Called()
}
