package casework

import "heed/internal/web/nhs"

// PaperQuestion is a question of a form that is filled in by hand: boxes to tick, or
// lines to write on.
type PaperQuestion struct {
	Heading string // of a group that begins with it
	Ask     string
	Hint    string
	Only    string   // when it is to be answered: "Only if …"
	Choices []string // to tick
	Many    bool     // more than one may be ticked
	Lines   int      // to write on, when there are no choices; 1 when nought
}

// Render writes the question.
func (p PaperQuestion) Render(b *nhs.Buffer) {
	if p.Heading != "" {
		b.Put(nhs.Heading{Text: p.Heading, Level: 2, Size: nhs.SizeM})
	}
	b.Raw(`<div class="heed-paper"><p class="nhsuk-body heed-paper__ask">`)
	b.Text(p.Ask)
	b.Raw("</p>")
	for _, line := range []string{p.Only, p.Hint, p.how()} {
		if line != "" {
			b.Raw(`<p class="nhsuk-hint heed-paper__hint">`)
			b.Text(line)
			b.Raw("</p>")
		}
	}
	if len(p.Choices) == 0 {
		b.Raw(`<div class="heed-paper__lines" aria-hidden="true">`)
		for range max(1, p.Lines) {
			b.Raw(`<div class="heed-paper__line"></div>`)
		}
		b.Raw("</div></div>")
		return
	}
	b.Raw(`<ul class="nhsuk-list heed-paper__choices">`)
	for _, c := range p.Choices {
		b.Raw(`<li class="heed-paper__choice">`)
		b.Text(c)
		b.Raw("</li>")
	}
	b.Raw("</ul></div>")
}

func (p PaperQuestion) how() string {
	switch {
	case p.Hint != "": // says how, or is enough
	case p.Many:
		return "Tick all that apply"
	case len(p.Choices) > 0:
		return "Tick one"
	}
	return ""
}
