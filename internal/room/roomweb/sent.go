package roomweb

import (
	"strconv"
	"strings"

	"heed/internal/field/fieldweb"
	"heed/internal/room"
	"heed/internal/web"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

// register is where what was sent from all kinds of record stands.
const register = "/sent"

// Sent is what was sent from a record, and to whom, for those who see all of the work on it;
// the last first.
func (p *Pages) Sent(v room.View) web.Component {
	if len(v.Disclosed) == 0 {
		return nil
	}
	t := nhs.Table{Responsive: true, Caption: nhs.TableCaption{Text: "What was sent, and to whom", Size: nhs.SizeM},
		Head: nhs.Heads("Sent", "To", "How", "What was put right since")}
	for i := len(v.Disclosed) - 1; i >= 0; i-- {
		x := v.Disclosed[i]
		t.Rows = append(t.Rows, []nhs.Cell{{Text: x.Day()}, {Content: nhs.Isolated(x.To)}, {Text: p.how(v, x)},
			{Text: v.SaidTo(x)}})
	}
	return t
}

// how is the step with which something was sent.
func (p *Pages) how(v room.View, x room.Disclosure) string {
	for _, t := range v.Taken {
		if t.Version == x.Of {
			return p.Done(v, t)
		}
	}
	return ""
}

// untold are the choices of whom somebody told what changed.
func untold(v room.View) (out []fieldweb.Option) {
	for _, x := range v.Letters() {
		out = append(out, fieldweb.Option{ID: strconv.FormatInt(x.Of, 10), Label: x.To + ", sent on " + x.Day()})
	}
	return out
}

// letters are those to recipients, to be copied, each below what they were sent: Heed sends nothing.
func letters(v room.View) (out []web.Component) {
	for _, x := range v.Letters() {
		out = append(out, nhs.Details{Summary: "What was sent to " + x.To, Content: nhs.HTML(words.Typed(x.What))},
			nhs.Details{Summary: "A letter to " + x.To + ", to copy", Open: true, Content: nhs.HTML(words.Typed(letter(x)))})
	}
	if len(out) > 0 {
		out = append(out, nhs.Para("Take out of a letter what they were not sent. It quotes what was put right as it "+
			"was written here."))
	}
	return out
}

// letter says what changed, by reference and day of what they were sent.
func letter(x room.Prepared) string {
	out := []string{"On " + x.Day() + " we sent you information about a person. Our reference is " +
		string(x.Reference) + "."}
	if len(x.Right) > 0 {
		out = append(out, "Some of what we wrote was wrong or has changed. This is right:")
		out = append(out, x.Right...)
	}
	if x.Erased {
		out = append(out, "We are going to erase what we hold about this. What you were sent should then not be kept longer "+
			"than you need it yourselves.")
	} else {
		out = append(out, "Put right what you hold.")
	}
	return strings.Join(append(out, "Tell whoever you passed it on to, and answer to say what you did.",
		"We tell you this because Article 19 of the UK GDPR asks us to."), "\n\n")
}
