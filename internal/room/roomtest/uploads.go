package roomtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"heed/internal/document"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
)

// uploads sends documents as browsers and programs do: what is taken is given out to be
// saved and in a sandbox, what is refused loses no word, and what is cut off leaves nothing.
func uploads(t *testing.T, r *room.Room, made installed) {
	s := &suite{t: t, room: r}
	s.needs(askingFirst)
	step, _ := s.asksFor()
	_, a := served(t, made)
	who := starter(t, a, r)
	x := drawn(7, a.Now, "example")
	x.team, x.person = who.Team, func(field.Field) id.Person { return who.Person }
	u := &uploader{matrix{t: t, app: a, room: r, handler: a.Handler(), x: x}, step, somebody{}, ""}
	for _, s := range u.people() {
		if s.name == string(who.Role) {
			u.who = s
		}
	}
	for _, sends := range []func(){u.byPage, u.byProgram, u.refused, u.cut} {
		if !u.begins() {
			u.ref = toldIn(t, a, r) // a step may be one that is taken once
		}
		sends()
	}
	if left := a.Spooled(); left != 0 {
		t.Errorf("%d bytes of documents still lie in memory", left)
	}
}

type uploader struct {
	matrix
	step process.StepInfo
	who  somebody
	ref  id.Reference
}

func (u *uploader) name() string { return field.Documents(u.step.Fields)[0].ID }

func (u *uploader) answers() field.Answers {
	return (&suite{x: u.x}).answered(u.step, sent("x.txt", []byte("x")))
}

// parts is a form as a browser sends it, the document in the middle.
func (u *uploader) parts(in field.Answers, file string, b []byte) (kind string, body []byte) {
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	values := form(u.step.Fields, in)
	values.Set("_key", "0123456789abcdef"+fmt.Sprint(len(b)))
	f, err := w.CreateFormFile(u.name(), file)
	u.must(err)
	_, err = f.Write(b)
	u.must(err)
	for name, all := range values {
		for _, v := range all {
			u.must(w.WriteField(name, v))
		}
	}
	u.must(w.Close())
	return w.FormDataContentType(), out.Bytes()
}

// begins says whether the step that asks for a document is the one that begins a record.
func (u *uploader) begins() bool { return u.step.ID == u.room.First().ID }

func (u *uploader) page() string {
	if u.begins() {
		return "/" + u.room.Many + "/new"
	}
	return "/" + u.room.Many + "/" + string(u.ref) + "/" + string(u.step.ID)
}

// operation is that of the API.
func (u *uploader) operation() string { return "/api/v1" + strings.TrimSuffix(u.page(), "/new") }

// kept is where the document is given out, under a path of pages or of the API, once the step
// was answered with this.
func (u *uploader) kept(under string, w *httptest.ResponseRecorder) string {
	version := 2
	if u.begins() {
		version = 1
		u.ref = id.Reference(aReference.FindString(w.Header().Get("Location") + w.Body.String()))
	}
	return fmt.Sprintf("%s/%s/%s/documents/%d/1", under, u.room.Many, u.ref, version)
}

var aReference = regexp.MustCompile(`HD-[0-9A-Z]{4}-[0-9A-Z]{4}`)

func (u *uploader) chunks() (n int) {
	u.must(u.app.Store.View(context.Background(), func(tx *store.Tx) (err error) {
		n, err = store.One(tx, func(n *int) []any { return []any{n} }, `select count(*) from document_chunk`)
		return err
	}))
	return n
}

// given asks for the document that came last, and holds its headers to what they must be.
func (u *uploader) given(path string, w *httptest.ResponseRecorder, want []byte) {
	h := w.Header()
	if w.Code != http.StatusOK || !bytes.Equal(w.Body.Bytes(), want) {
		u.t.Errorf("%s: %d with %d bytes, want %d", path, w.Code, w.Body.Len(), len(want))
	}
	if !strings.HasPrefix(h.Get("Content-Disposition"), `attachment; filename="`) ||
		strings.Contains(h.Get("Content-Disposition"), "Zoë") ||
		h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") ||
		h.Get("Content-Type") != "application/pdf" || h.Get("Cache-Control") != "no-store" {
		u.t.Errorf("%s: it is given out with %v", path, h)
	}
}

var pdf = []byte("%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n")

func (u *uploader) byPage() {
	if w := u.send("GET", u.page(), u.who.cookie, "", "", ""); !strings.Contains(w.Body.String(),
		`enctype="multipart/form-data"`) {
		u.t.Errorf("the page of %s has no form for documents", u.step.ID)
	}
	kind, body := u.parts(u.answers(), `C:\Users\zoe\Zoë "plan".pdf`, pdf)
	first := u.send("POST", u.page(), u.who.cookie, "", kind, string(body))
	again := u.send("POST", u.page(), u.who.cookie, "", kind, string(body))
	if first.Code != http.StatusSeeOther || again.Code != http.StatusSeeOther || u.chunks() != 1 {
		u.t.Fatalf("a document sent twice by a page: %d and %d, and %d chunks\n%s", first.Code, again.Code, u.chunks(),
			first.Body)
	}
	link := u.kept("", first)
	record := u.send("GET", "/"+u.room.Many+"/"+string(u.ref), u.who.cookie, "", "", "").Body.String()
	if !strings.Contains(record, `href="`+link+`"`) {
		u.t.Error("the record's page has no link to its document")
	}
	u.given(link, u.send("GET", link, u.who.cookie, "", "", ""), pdf)
}

func (u *uploader) byProgram() {
	in := u.answers()
	delete(in, u.name())
	answers, err := json.Marshal(in)
	u.must(err)
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	u.must(w.WriteField("answers", string(answers)))
	f, err := w.CreateFormFile(u.name(), "plan.pdf")
	u.must(err)
	_, err = f.Write(pdf)
	u.must(err)
	u.must(w.Close())
	path := u.operation()
	got := u.send("POST", path, "", u.who.token, w.FormDataContentType(), out.String())
	if got.Code != http.StatusOK && got.Code != http.StatusCreated {
		u.t.Fatalf("a document by the API: %d %s", got.Code, got.Body)
	}
	link := u.kept("/api/v1", got)
	u.given(link, u.send("GET", link, "", u.who.token, "", ""), pdf)
	if w := u.send("POST", path, "", u.who.token, w.FormDataContentType(),
		out.String()[:out.Len()-60]); w.Code != http.StatusBadRequest {
		u.t.Errorf("a request that was cut off: %d", w.Code)
	}
	said, err := json.Marshal(u.answers())
	u.must(err)
	if w := u.send("POST", path, "", u.who.token, "application/json",
		string(said)); w.Code != http.StatusUnprocessableEntity {
		u.t.Errorf("a document that is only spoken of: %d %s", w.Code, w.Body)
	}
}

// refused: the words are on the page that comes back, and nothing was kept.
func (u *uploader) refused() {
	before := u.chunks()
	for name, b := range map[string][]byte{"a program": []byte("MZ\x90\x00\x03\x00\x00\x00\x00"),
		"too large": bytes.Repeat([]byte("x"), document.MostBytes+1)} {
		in := u.answers()
		words := ""
		for _, f := range u.step.Fields {
			if f.Kind == field.Text || f.Kind == field.Line {
				words = "words beside " + f.ID
				in.Set(f.ID, words)
			}
		}
		kind, body := u.parts(in, "plan.pdf", b)
		w := u.send("POST", u.page(), u.who.cookie, "", kind, string(body))
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), words) ||
			!strings.Contains(w.Body.String(), "The selected file must be") {
			u.t.Errorf("%s: %d, and the page has the words: %v", name, w.Code, strings.Contains(w.Body.String(), words))
		}
	}
	kind, body := u.parts(u.answers(), "plan.pdf", pdf)
	if w := u.send("POST", u.page(), "", "", kind, string(body)); w.Code == http.StatusSeeOther &&
		strings.Contains(w.Header().Get("Location"), "/"+u.room.Many+"/") {
		u.t.Error("a document of nobody was taken")
	}
	if n := u.chunks(); n != before {
		u.t.Errorf("what was refused left %d chunks", n-before)
	}
}

// cut: a line that breaks leaves nothing, wherever it does.
func (u *uploader) cut() {
	before := u.chunks()
	kind, body := u.parts(u.answers(), "plan.pdf", append(bytes.Clone(pdf),
		bytes.Repeat([]byte(" "), 3*document.ChunkSize)...))
	for _, at := range []int{len(body) / 3, len(body) - 300, len(body) - 10} {
		r := httptest.NewRequest("POST", "http://127.0.0.1"+u.page(), io.MultiReader(bytes.NewReader(body[:at]), broken{}))
		r.Header = http.Header{"Content-Type": {kind}, "Sec-Fetch-Site": {"same-origin"},
			"Cookie": {strings.SplitN(u.who.cookie, ";", 2)[0]}}
		w := httptest.NewRecorder()
		u.handler.ServeHTTP(w, r)
		if w.Code < 400 || u.chunks() != before {
			u.t.Errorf("cut off at %d of %d: %d, and %d chunks more", at, len(body), w.Code, u.chunks()-before)
		}
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
