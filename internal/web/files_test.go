package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"heed/internal/document"
	"heed/internal/id"
	"heed/internal/session"
	"heed/internal/web/nhs"
)

// A document that is given out counts in the spool until it was sent, and is whole.
func TestADownloadKeepsItsPlaceUntilItWasSent(t *testing.T) {
	spool := document.NewSpool(document.SpoolBytes, time.Now)
	want := strings.Repeat("Zaunkönig\n", 20_000)
	c, err := spool.Of("one").Read(strings.NewReader(want))
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	q := &Request{site: &Site{}, http: httptest.NewRequest("GET", "/", nil), writer: w}
	a, err := Download{Name: "letter.txt", Given: c}.respond(q)
	if err != nil {
		t.Fatal(err)
	}
	q.site.write(q, a)
	if w.Body.String() != want || spool.Used() == 0 {
		t.Errorf("%d of %d bytes were sent; the spool counts %d", w.Body.Len(), len(want), spool.Used())
	}
	q.letGo()
	if spool.Used() != 0 {
		t.Errorf("the spool counts %d of what was sent", spool.Used())
	}
}

// A form that came after the end of its session is given back with its words only.
func TestAHeldFormSaysThatItsFileIsGone(t *testing.T) {
	f := &Form{held: true}
	if got := f.FileUpload(nhs.FileUpload{Name: "letter"}).Hint.Text; !strings.Contains(got, "choose it again") {
		t.Errorf("it says %q", got)
	}
}

// A document for which there is no room now is no fault of the form: the page answers 503,
// with the words beside it, and says when to send it again. Seen to fail: it answered 422.
func TestAFullSpoolIsSaid(t *testing.T) {
	spool := document.NewSpool(document.ChunkSize, time.Now)
	held, err := spool.Of("another").Read(strings.NewReader("a note"))
	if err == nil {
		defer held.Close()
	}
	q := &Request{site: &Site{o: Options{Spool: spool}}, http: httptest.NewRequest("POST", "/", nil),
		route: &Route{Documents: 1}, who: session.Who{Person: id.NewPerson(time.Now())}}
	if err := q.readFile(&Form{}, "letter", "letter.txt", strings.NewReader("a letter")); err != nil {
		t.Fatal(err)
	}
	err = q.turned()
	if status, _, said := describe(err); status != http.StatusServiceUnavailable ||
		!strings.Contains(strings.Join(said.Lines, " "), "Wait a minute") {
		t.Errorf("a full spool answers %d, %v: %v", status, said.Lines, err)
	}
}
