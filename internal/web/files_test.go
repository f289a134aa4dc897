package web

import (
	"net/http/httptest"
	"strings"
	"testing"

	"heed/internal/document"
	"heed/internal/web/nhs"
)

// A document that is given out counts in the spool until it was sent, and is whole.
func TestADownloadKeepsItsPlaceUntilItWasSent(t *testing.T) {
	spool := document.NewSpool(document.SpoolBytes)
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
