package roomweb

import (
	"strconv"

	"heed/internal/clock/workday"
	"heed/internal/field/fieldweb"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/web"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

// Holds is until when a record is kept, and what holds it, for those who see all of the work on it.
func (p *Pages) Holds(q *web.Request, v room.View) web.Component {
	var out nhs.Group
	if v.Ended() && v.Keep.Until != (workday.Day{}) {
		out = append(out, nhs.InsetText{Content: nhs.Text(keptWords(v.Keep))})
	}
	if len(v.Holds) == 0 {
		return out
	}
	name := p.Directory.Names(q.Context())
	t := nhs.Table{Responsive: true, Caption: nhs.TableCaption{Text: "What holds it", Size: nhs.SizeM},
		Head: nhs.Heads("Since", "Because of", "Asked by", "Where it stands")}
	for _, h := range v.Holds {
		t.Rows = append(t.Rows, []nhs.Cell{{Text: words.Date(h.At)}, {Text: h.WordsHeld(v.Process)},
			{Content: nhs.HTML(words.Name(name(h.By)))}, {Text: standing(h)}})
	}
	return append(out, t)
}

// keptWords says until when a record is kept, and why.
func keptWords(k room.Keeping) string {
	if k.Over {
		return "This was kept until " + k.Until.Words() + ". Look whether it is still needed: have it erased, on the word " +
			"of two people, or keep it longer."
	}
	return "This is kept until " + k.Until.Words() + ": " + k.Because + ". Then somebody looks whether it is still " +
		"needed. Nothing is erased by itself."
}

// standing is where a hold stands, in words.
func standing(h room.Hold) string {
	_, _, waits := h.Waits()
	switch {
	case waits && h.State == room.TwoStand:
		return "It holds. Somebody asked to end it, and a second person has to say yes or no"
	case waits:
		return "It holds until a second person says yes or no"
	case h.State == room.TwoStand:
		return "It holds. It is looked at again on " + h.Look.Words()
	case h.State == room.TwoRefused:
		return "A second person said no: it holds nothing"
	}
	return "It was ended by two people"
}

// holdsFor are the choices of what a step about holds is about.
func holdsFor(v room.View, step process.Step, who id.Person) (out []fieldweb.Option) {
	for _, h := range v.HoldsFor(step, who) {
		label := h.WordsHeld(v.Process) + ", since " + words.Date(h.At)
		if h.Lift > 0 {
			label += ": to be ended"
		}
		out = append(out, fieldweb.Option{ID: strconv.FormatInt(h.Of, 10), Label: label})
	}
	return out
}

// held is what somebody needs before them who gives the second word on a hold, or asks to end one:
// why it was asked for.
func (p *Pages) held(q *web.Request, v room.View, step process.Step) (out []web.Component) {
	for _, h := range v.HoldsFor(step, q.Who().Person) {
		for _, t := range v.Taken {
			if t.Version == h.Of || t.Version == h.Lift {
				out = append(out, p.recalled(q, v, t))
			}
		}
	}
	return out
}
