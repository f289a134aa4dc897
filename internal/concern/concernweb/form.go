package concernweb

import (
	"strings"

	"heed/internal/concern"
	"heed/internal/web"
	"heed/internal/web/nhs"
)

// draft opens the draft of a concern and shows it in the form.
func (p *pages) draft(q *web.Request) (*web.Form, *web.Draft, error) {
	d, err := q.Draft(draftRaise)
	if err != nil {
		return nil, nil, err
	}
	f := q.Form()
	d.Show(f)
	return f, d, nil
}

// keep writes down what a page asked, and goes on: to the next page, or back to
// the answers when it was opened from there.
func (p *pages) keep(q *web.Request, next string, names ...string) (web.Response, error) {
	f := q.Form()
	if err := f.Err(); err != nil {
		return nil, err
	}
	d, err := q.Draft(draftRaise)
	if err != nil {
		return nil, err
	}
	d.Take(f, names...)
	if err := q.Keep(d); err != nil {
		return nil, err
	}
	if q.Query("check") == "1" {
		next = pathCheck
	}
	return web.SeeOther(next), nil
}

// back is the page before, or the answers when the page was opened from there.
func (p *pages) back(q *web.Request, before string) string {
	if q.Query("check") == "1" {
		return pathCheck
	}
	return before
}

// question is a page whose one question is its heading.
func (p *pages) question(q *web.Request, f *web.Form, title, back string, field web.Component) web.Page {
	page := p.fields(q, f, title, back, field)
	page.Question = true
	return page
}

// fields is a page of several related fields below a heading.
func (p *pages) fields(q *web.Request, f *web.Form, title, back string, fields ...web.Component) web.Page {
	return web.Page{Title: title, Section: sectionRaise, Nav: pathStart, Back: back, Leave: true,
		Body: f.Ask(web.Question{Fields: fields, After: []web.Component{p.emergency(q)}})}
}

func heading(text string) nhs.Label {
	return nhs.Label{Text: text, PageHeading: true, Size: nhs.SizeL}
}

// radios are one question with the choices of a list; a title makes it the page's heading.
func radios(name, title, hint string, list []concern.Choice) nhs.Radios {
	r := nhs.Radios{Name: name, Hint: nhs.Hint{Text: hint}, Legend: nhs.Legend{Text: title, PageHeading: true, Size: nhs.SizeL}}
	for _, c := range list {
		r.Items = append(r.Items, nhs.Radio{Value: c.ID, Text: c.Label})
	}
	return r
}

func ids(list []concern.Choice) []string {
	out := make([]string, len(list))
	for i, c := range list {
		out[i] = c.ID
	}
	return out
}

// labels are the words of several choices.
func labels(list []concern.Choice, chosen []string) string {
	var out []string
	for _, c := range list {
		for _, x := range chosen {
			if x == c.ID {
				out = append(out, c.Label)
			}
		}
	}
	return strings.Join(out, ", ")
}

func joined(parts ...string) string {
	var out []string
	for _, s := range parts {
		if s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, ", ")
}
