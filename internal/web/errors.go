package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"heed/internal/fail"
	"heed/internal/web/words"
)

// Every error becomes a page here and nowhere else. Missing and Hidden take one
// path and give the same bytes. A POST that could not be kept gives back what was
// typed, with a button that sends it again: nobody loses a sentence.

// trouble is the model of an error page.
type trouble struct {
	Lines  []string
	Typed  []typedField
	Action string // where "Send it again" sends
	Key    string
	Stamp  string // version of the record that the form changes; "" for none
	Phone  string
	Hours  string
	Advise bool // say whom to ring
	SignIn bool // say where to log in first
}

type typedField struct {
	Name, Label, Value string
	Long               bool
}

var troubleView = NewView(files, "trouble.html",
	trouble{Lines: []string{"If you typed the web address, check that it is right."}, Phone: "0300 000 0000",
		Hours: "Monday to Friday, 9am to 5pm", Advise: true},
	trouble{Typed: []typedField{{"what", "What you are worried about", "Two\nlines", true}, {"where", "Where", "Ward 4",
		false}}, Action: "/raise/what", Key: "k", Stamp: "7"})

// statusOf maps kinds to statuses. Hidden is Missing.
func statusOf(k fail.Kind) int {
	switch k {
	case fail.Bad:
		return http.StatusUnprocessableEntity
	case fail.Missing, fail.Hidden:
		return http.StatusNotFound
	case fail.Refused:
		return http.StatusForbidden
	case fail.SignIn:
		return http.StatusUnauthorized
	case fail.Stale, fail.Conflict, fail.Tampered: // what is there does not agree with itself: no fault of this program's
		return http.StatusConflict
	case fail.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fail.TooOften:
		return http.StatusTooManyRequests
	case fail.Busy, fail.Full, fail.ReadOnly, fail.Unknown:
		return http.StatusServiceUnavailable
	case fail.Gone:
		return http.StatusGone
	}
	return http.StatusInternalServerError
}

const (
	titleMissing     = "Page not found"
	titleBroken      = "Sorry, there is a problem with the service"
	titleUnavailable = "Sorry, the service is unavailable"
)

// describe gives a page's title and lines for an error.
func describe(err error) (status int, title string, t trouble) {
	kind := fail.KindOf(err)
	status = statusOf(kind)
	say := []string{fail.Words(err)}
	switch {
	case errors.Is(err, errMethod):
		return http.StatusMethodNotAllowed, "This page cannot be used that way",
			trouble{Lines: []string{"Go back and use the buttons and links of the page."}}
	case errors.Is(err, errEncoded):
		return http.StatusUnsupportedMediaType, "This cannot be read",
			trouble{Lines: []string{"Send the form as it is, without compression."}}
	case status == http.StatusNotFound:
		return status, titleMissing, trouble{Advise: true, Lines: []string{
			"If you typed the web address, check that it is right.",
			"If you pasted the web address, check that you copied all of it."}}
	}
	switch kind {
	case fail.Refused:
		return status, "You cannot use this page", trouble{Lines: say}
	case fail.Bad:
		return status, "There is a problem", trouble{Lines: append(say, fieldWords(err)...)}
	case fail.Stale:
		return status, fail.Words(err),
			trouble{Lines: []string{"Go back, open it again and look at what has changed."}}
	case fail.Conflict:
		return status, "This cannot be done now", trouble{Lines: say}
	case fail.TooLarge:
		return status, "What you sent is too long",
			trouble{Advise: true, Lines: []string{"Nothing was kept. Go back: what you typed may still be on the page. Make " +
				"it shorter and send it again."}}
	case fail.Busy, fail.TooOften:
		return status, "Wait before you try again", trouble{Advise: true, Lines: say}
	case fail.Full, fail.ReadOnly:
		return status, titleUnavailable, trouble{Advise: true,
			Lines: []string{"Nothing new can be kept at the moment. You can try again later."}}
	case fail.Gone:
		return status, "This record has been erased", trouble{Lines: say}
	case fail.Unknown:
		return status, titleBroken, trouble{Advise: true,
			Lines: []string{"We do not know if what you sent was kept. Look for it before you send it again."}}
	case fail.Tampered:
		return status, "This record cannot be shown",
			trouble{Advise: true, Lines: []string{"It does not match what was written down when it was made: somebody has " +
				"damaged or changed it outside Heed. Tell the people who look after the service."}}
	}
	return http.StatusInternalServerError, titleBroken, trouble{Advise: true, Lines: []string{"Try again later."}}
}

func fieldWords(err error) []string {
	var out []string
	for _, f := range fail.FieldsOf(err) {
		out = append(out, f.Words)
	}
	return out
}

// answerError writes the page of an error.
func (s *Site) answerError(q *Request, err error) {
	if q.http.Context().Err() != nil && errors.Is(err, context.Canceled) {
		return // nobody is there to read it
	}
	noteError(q.http, err)
	if fail.Is(err, fail.SignIn) {
		if a, ok := s.signInFirst(q); ok {
			s.write(q, a)
			return
		}
	}
	a, renderErr := s.errorAnswer(q, err)
	if renderErr != nil {
		noteError(q.http, fmt.Errorf("%w; and its page: %w", err, renderErr))
		a = lastResort(s.o.Settings)
	}
	s.write(q, a)
}

func (s *Site) errorAnswer(q *Request, err error) (answer, error) {
	if !q.Posted() {
		err = fail.Reading(err)
	}
	status, title, t := describe(err)
	if q.Posted() {
		t.Typed = q.typedBack()
		if len(t.Typed) > 0 {
			given := "What you typed was not kept. It is below: copy it, or send it again."
			if fail.Is(err, fail.Unknown) {
				given = "What you typed is below: copy it, and send it again only if you do not find it."
			}
			t.Lines = append(t.Lines, given)
			t.Action, t.Key, t.Stamp = q.http.URL.Path, q.form.typed.Get(keyField), q.form.typed.Get(VersionField)
		}
	}
	if (fail.Is(err, fail.TooOften) || fail.Is(err, fail.Busy)) && q.writer != nil {
		q.writer.Header().Set("Retry-After", "60")
	}
	t.Phone, t.Hours = s.o.Settings.Phone, s.o.Settings.PhoneHours
	q.flash, q.stale, q.notice = "", "", ""
	q.form = nil
	return Page{Title: title, Status: status, Body: troubleView.With(t)}.respond(q)
}

// typedBack are the fields that a person filled in, in the order the handler asked for them.
func (q *Request) typedBack() []typedField {
	if q.form == nil {
		return nil
	}
	var out []typedField
	seen := map[string]bool{}
	add := func(name, label string) {
		for _, v := range q.form.typed[name] {
			if v != "" && !seen[name] && !strings.HasPrefix(name, "_") && !isSecret(name) && words.TextFault("", v) == "" {
				out = append(out, typedField{name, words.Sentence(label), words.Lines(v), len(v) > 60 || strings.Contains(v, "\n")})
			}
		}
		seen[name] = true
	}
	for _, a := range q.form.asked {
		add(a.name, a.what)
	}
	for _, name := range sortedKeys(q.form.typed) {
		add(name, strings.ReplaceAll(name, "-", " "))
	}
	return out
}

// isSecret keeps passwords and codes from ever being written into a page.
func isSecret(name string) bool {
	return strings.Contains(name, "password") || name == "code" || name == "secret" || name == "passkey"
}

// lastResort is for when even the error page cannot be made.
func lastResort(s Settings) answer {
	body := "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + titleBroken +
		"</title></head><body><main id=\"maincontent\"><h1>" +
		titleBroken + "</h1><p>Try again later.</p>"
	if s.Phone != "" {
		body += "<p>To raise a concern now, ring " + htmlEscape(s.Phone) + ".</p>"
	}
	return answer{status: http.StatusInternalServerError, contentType: htmlType,
		body: []byte(body + "</main></body></html>")}
}

func (s *Site) write(q *Request, a answer) {
	h := q.writer.Header()
	for k, v := range a.header {
		h.Set(k, v)
	}
	if a.contentType != "" {
		h.Set("Content-Type", a.contentType)
	}
	if a.from == nil {
		a.from, a.size = bytes.NewReader(a.body), int64(len(a.body))
	}
	h.Set("Content-Length", strconv.FormatInt(a.size, 10))
	q.writer.WriteHeader(a.status)
	if q.http.Method != http.MethodHead {
		_, _ = io.Copy(q.writer, a.from) // the reader may have gone; there is nobody to tell
	}
}
