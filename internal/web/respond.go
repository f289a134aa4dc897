package web

import (
	"cmp"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"heed/internal/document"
	"heed/internal/fail"
)

const htmlType = "text/html; charset=utf-8"

func (p Page) respond(q *Request) (answer, error) {
	if len(p.Faults) == 0 && q.form != nil {
		p.Faults = q.form.faults
	}
	if p.Status == 0 {
		p.Status = http.StatusOK
		if len(p.Faults) > 0 {
			p.Status = http.StatusUnprocessableEntity
		}
	}
	if p.Status < 400 {
		q.flash = q.takeFlash() // by a page that shows it, not by one that leads on
	}
	body, err := p.Body.Render()
	if err != nil {
		return answer{}, err
	}
	out, err := q.site.layout.render(q, p, body)
	if err != nil {
		return answer{}, fmt.Errorf("layout of %q: %w", p.Title, err)
	}
	a := answer{status: p.Status, contentType: htmlType, body: out}
	if p.Refresh > 0 {
		a.header = map[string]string{"Refresh": strconv.Itoa(p.Refresh)}
	}
	if p.leaving != "" {
		a.header = map[string]string{"Refresh": "0; url=" + p.leaving}
	}
	return a, nil
}

func (r Redirect) respond(q *Request) (answer, error) {
	if !localPath(r.To) {
		return answer{}, fail.New(fail.Broken, "redirect to an address that is not a page of this service")
	}
	if r.Flash != "" {
		q.keepFlash(r.Flash)
	}
	return answer{status: http.StatusSeeOther, header: map[string]string{"Location": r.To}}, nil
}

func (t Told) respond(*Request) (answer, error) {
	return answer{status: http.StatusOK, contentType: "application/json", body: t.JSON}, nil
}

// empty answers a script of ours that needs no words.
type empty struct{ status int }

func (e empty) respond(*Request) (answer, error) { return answer{status: e.status}, nil }

func (d Download) respond(q *Request) (answer, error) {
	q.takesLong()
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '.' {
			return r
		}
		return '-'
	}, strings.ToLower(d.Name))
	a := answer{status: http.StatusOK, contentType: cmp.Or(d.Type, "application/octet-stream"), body: d.Body,
		header: map[string]string{"Content-Disposition": `attachment; filename="` + name + `"`,
			"Content-Security-Policy": document.SandboxPolicy}}
	if d.Given != nil {
		q.given = append(q.given, d.Given)
		a.from, a.size = d.Given.Reader(), d.Given.Size()
	}
	return a, nil
}

func htmlEscape(s string) string { return template.HTMLEscapeString(s) }

func typeOf(v any) string { return reflect.TypeOf(v).String() }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
