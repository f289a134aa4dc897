package web

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"

	"heed/internal/clock"
	"heed/internal/document"
	"heed/internal/fail"
	"heed/internal/web/nhs"
)

// A form with documents comes in parts. They are read into the spool's memory, never
// into a file of this machine, and only for somebody who is signed in, on a route that
// takes them: of anybody else's form the words are read, so that none are lost, and the
// documents are let go by.

const (
	mostWords = 256 << 10 // bytes of what was typed in one form
	letBy     = 10 * document.MostBytes
	mostParts = 500
)

// inParts says whether a form came in parts, and how they are told apart.
func inParts(r *http.Request) (boundary string, ok bool) {
	kind, more, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return more["boundary"], err == nil && kind == "multipart/form-data"
}

// readParts reads a form that came in parts.
func (q *Request) readParts(boundary string) error {
	if err := q.site.identify(q); err != nil {
		return err
	}
	f := &Form{typed: url.Values{}, posted: true, key: newKey(), here: q.Here()}
	most := int64(mostWords)
	switch {
	case q.route.Documents == 0:
	case !q.SignedIn(): // what a session that ended left behind
		most += document.MostBytes
	default: // a document that is too large is let go by, for the words after it
		most += int64(q.route.Documents) * letBy
		q.takesLong()
	}
	in := multipart.NewReader(http.MaxBytesReader(q.writer, q.http.Body, most), boundary)
	words := 0
	for range mostParts {
		part, err := in.NextRawPart()
		if errors.Is(err, io.EOF) {
			q.form = f
			return q.turned()
		}
		if err == nil {
			words, err = q.readPart(f, part, words)
		}
		if err != nil {
			q.form = f // what was read is given back
			return notRead(err)
		}
	}
	return fail.New(fail.TooLarge, "What you sent is too long")
}

// takesLong leaves a large document the time that a slow line needs.
func (q *Request) takesLong() {
	until := clock.System{}.Now().Add(document.SlowLine)
	c := http.NewResponseController(q.writer)
	_, _ = c.SetReadDeadline(until),
		c.SetWriteDeadline(until.Add(time.Minute)) //nolint:errcheck // then the server's own hold
}

// readPart reads one part: a field, or a document.
func (q *Request) readPart(f *Form, part *multipart.Part, words int) (int, error) {
	name := part.FormName()
	_, more, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	if err != nil || name == "" {
		return words, errParts
	}
	if filename, isFile := more["filename"]; isFile {
		return words, q.readFile(f, name, filename, part)
	}
	b, err := io.ReadAll(io.LimitReader(part, mostWords+1))
	if words += len(name) + len(b); err == nil && words > mostWords {
		return words, fail.New(fail.TooLarge, "What you sent is too long")
	}
	f.typed.Add(name, string(b))
	return words, err
}

var errParts = errors.New("web: a form whose parts cannot be told apart")

// readFile reads a document. What is the matter with it is a fault of its field: the
// words beside it are kept.
func (q *Request) readFile(f *Form, name, filename string, in io.Reader) error {
	if !q.SignedIn() || q.route.Documents == 0 || len(f.files) >= q.route.Documents || f.files[name] != nil {
		_, err := io.Copy(io.Discard, in)
		return err
	}
	got, err := q.site.o.Spool.Of(q.who.Person.String()).Take(filename, in)
	if got != nil {
		if f.files == nil {
			f.files = map[string]*document.File{}
		}
		f.files[name] = got
		q.uploads = append(q.uploads, got)
	}
	return err
}

// turned is the error of a document that is to be sent again later: no fault of the form,
// whose words are given back whole.
func (q *Request) turned() error {
	for _, x := range q.uploads {
		if err := x.Turned(); err != nil {
			return err
		}
	}
	return nil
}

// notRead is why a form could not be read.
func notRead(err error) error {
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return fail.Wrap(fail.TooLarge, err, "What you sent is too long")
	case fail.KindOf(err) != fail.Broken:
		return err
	}
	return fail.Wrap(fail.Bad, err, "What you sent cannot be read. Go back and send it again")
}

// File is the document that was chosen for a field, or nil; what is the matter with it, it says.
func (f *Form) File(name, what string) *document.File {
	f.asked = append(f.asked, asked{name, what})
	return f.files[name]
}

// FileUpload fills in a question for a document, and has the form sent in parts. A
// browser does not keep what was chosen, so the page says that it was not kept.
func (f *Form) FileUpload(c nhs.FileUpload) nhs.FileUpload {
	f.parts = true
	c.Error.Text = f.Fault(c.Name)
	switch {
	case f.posted && f.files[c.Name] != nil:
		c.Hint.Text = strings.TrimSpace("Choose the file again: it was not kept. " + c.Hint.Text)
	case f.held || f.again: // with its words only, and nobody knows whether there was a file
		c.Hint.Text = strings.TrimSpace("If you chose a file, choose it again: it was not kept. " + c.Hint.Text)
	}
	return c
}

// letGo gives the memory of the documents back, whatever became of the form or the page.
func (q *Request) letGo() {
	for _, x := range q.uploads {
		x.Content().Close()
	}
	for _, x := range q.given {
		x.Close()
	}
}
