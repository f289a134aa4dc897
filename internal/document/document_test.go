package document

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"heed/internal/fail"
)

func content(t testing.TB, b []byte) *Content {
	t.Helper()
	c, err := (*Spool)(nil).Read(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

type entry struct {
	name, text string
	method     uint16
}

func archive(t testing.TB, all ...entry) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, e := range all {
		f, err := w.CreateHeader(&zip.FileHeader{Name: e.name, Method: e.method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, e.text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// What a document is, its content says, and only the listed kinds are any.
func TestKindIsOfTheContent(t *testing.T) {
	var p, j bytes.Buffer
	if err := errors.Join(png.Encode(&p, image.NewGray(image.Rect(0, 0, 2, 2))),
		jpeg.Encode(&j, image.NewGray(image.Rect(0, 0, 2, 2)), nil)); err != nil {
		t.Fatal(err)
	}
	types := entry{name: "[Content_Types].xml"}
	odt := entry{name: "mimetype", text: "application/vnd.oasis.opendocument.text"}
	many := make([]entry, mostParts+1)
	for i := range many {
		many[i].name = fmt.Sprint(i)
	}
	long := strings.Repeat("é", ChunkSize/2-1) + "xé" // a sign that stands in two chunks
	for name, c := range map[string]struct {
		b    []byte
		want string
	}{
		"pdf": {[]byte("%PDF-1.7\n"), "pdf"}, "png": {p.Bytes(), "png"}, "jpeg": {j.Bytes(), "jpg"},
		"text": {[]byte("Zoë\r\n\tplan"), "txt"}, "long text": {[]byte(long), "txt"},
		"docx":             {archive(t, types, entry{name: "word/document.xml"}), "docx"},
		"xlsx":             {archive(t, types, entry{name: "xl/workbook.xml"}), "xlsx"},
		"odt":              {archive(t, odt, entry{name: "content.xml"}), "odt"},
		"docx with macros": {archive(t, types, entry{name: "word/document.xml"}, entry{name: "word/vbaProject.bin"}), ""},
		"odt with macros":  {archive(t, odt, entry{name: "content.xml"}, entry{name: "Basic/script-lc.xml"}), ""},
		"ods": {archive(t, entry{name: "mimetype", text: "application/vnd.oasis.opendocument.spreadsheet"},
			entry{name: "content.xml"}), ""},
		"archive":         {archive(t, entry{name: "plan.pdf", text: "%PDF-"}), ""},
		"archive of many": {archive(t, append(many, types, entry{name: "word/document.xml"})...), ""},
		"archive cut":     {archive(t, types, entry{name: "word/document.xml"})[:60], ""},
		"page":            {[]byte("<html><script>"), ""}, "program": {[]byte("MZ\x90\x00\x03"), ""},
		"gif":              {[]byte("GIF89a\x01\x00\x01\x00"), ""},
		"png in name only": {[]byte("\x89PNG\r\n\x1a\n and words"), ""}, "xml": {[]byte("<?xml version=\"1.0\"?><svg/>"), ""},
		"bytes after text": {append([]byte(strings.Repeat("a", 600)), 0), ""}, "latin-1": {[]byte("Zo\xeb"), ""},
		"half a sign": {[]byte("plan \xc3"), ""}, "shell": {[]byte("#!/bin/sh\n\x1b[2J"), ""}, "nothing": {nil, ""},
	} {
		if got := kindOf(content(t, c.b)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func FuzzKind(f *testing.F) {
	f.Add([]byte("%PDF-"))
	f.Add(archive(f, entry{name: "[Content_Types].xml"}, entry{name: "word/document.xml"}))
	f.Fuzz(func(t *testing.T, b []byte) {
		if k := kindOf(content(t, b)); k != "" {
			if _, ok := Kind(k); !ok {
				t.Errorf("%q", k)
			}
		}
	})
}

// One person fills no more than their share: another's document goes. Seen to fail.
func TestSpoolHasShares(t *testing.T) {
	s := NewSpool(SpoolBytes, nil)
	mine, theirs := s.Of("one"), s.Of("two")
	largest, err := mine.Read(io.LimitReader(zeros{}, MostBytes))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := mine.Read(bytes.NewReader([]byte("more"))); !errors.Is(err, ErrFull) {
		t.Errorf("beyond the share: %v", err)
	}
	if _, err := theirs.Read(bytes.NewReader([]byte("a note"))); err != nil {
		t.Errorf("another's: %v", err)
	}
	largest.Close()
	if _, err := mine.Read(bytes.NewReader([]byte("more"))); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

// However many flood it, whoever comes next has a document taken: those who have most
// there stop first. Seen to fail: three filled it.
func TestAFewDoNotFillTheSpool(t *testing.T) {
	s := NewSpool(SpoolBytes, nil)
	for flooder := range 6 {
		for range 3 { // as much as goes, and then less
			_, _ = s.Of(fmt.Sprint("flooder ", flooder)).Read(io.LimitReader(zeros{}, MostBytes))
			_, _ = s.Of(fmt.Sprint("flooder ", flooder)).Read(io.LimitReader(zeros{}, MostBytes/4))
		}
	}
	for next := range 3 {
		if _, err := s.Of(fmt.Sprint("nurse ", next)).Read(io.LimitReader(zeros{}, 1<<20)); err != nil {
			t.Errorf("nurse %d, with %d of %d bytes used: %v", next, s.Used(), SpoolBytes, err)
		}
	}
}

// One person sends so much in a day, and goes on the next. Others are not counted with them.
func TestADayHasABound(t *testing.T) {
	now := time.Date(2026, 3, 2, 23, 0, 0, 0, time.UTC)
	s := NewSpool(SpoolBytes, func() time.Time { return now })
	send := func(who string) error {
		t.Helper()
		f, err := s.Of(who).Take("plan.txt", io.LimitReader(zeros{}, MostBytes))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Content().Close()
		return f.Turned()
	}
	for range mostADay / MostBytes {
		if err := send("one"); err != nil {
			t.Fatal(err)
		}
	}
	if err := send("one"); !fail.Is(err, fail.TooOften) {
		t.Errorf("more than a day's: %v", err)
	}
	if err := send("two"); err != nil {
		t.Errorf("another's: %v", err)
	}
	now = now.Add(time.Hour)
	if err := send("one"); err != nil || s.Used() != 0 {
		t.Errorf("the next day: %v, and %d bytes are used", err, s.Used())
	}
}

// Many at once take no more memory than the spool has, and all of it is given back,
// whatever becomes of them.
func TestSpoolHasABound(t *testing.T) {
	s := NewSpool(10*ChunkSize, nil)
	one, err := s.Read(bytes.NewReader(make([]byte, 6*ChunkSize)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Read(bytes.NewReader(make([]byte, 6*ChunkSize))); !errors.Is(err, ErrFull) {
		t.Errorf("beyond the bound: %v", err)
	}
	if got, err := s.Take("plan.txt", bytes.NewReader(make([]byte, 6*ChunkSize))); err != nil ||
		got.Fault("the plan") != Busy {
		t.Errorf("beyond the bound: %+v, %v", got, err)
	}
	line := errors.New("cut")
	if _, err := s.Read(io.MultiReader(bytes.NewReader(make([]byte, ChunkSize+1)), failing{line})); !errors.Is(err, line) {
		t.Errorf("a line that was cut: %v", err)
	}
	if s.Used() != 6*ChunkSize {
		t.Errorf("%d bytes are used", s.Used())
	}
	one.Close()
	one.Close()
	big := NewSpool(2*MostBytes, nil)
	if got, err := big.Take("plan.txt", io.LimitReader(zeros{}, MostBytes+1)); err != nil ||
		got.Fault("the plan") != TooLarge {
		t.Errorf("too large: %+v, %v", got, err)
	}
	if s.Used() != 0 || big.Used() != 0 {
		t.Errorf("%d and %d bytes are used", s.Used(), big.Used())
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// However the line cuts it into pieces, it is the same document.
func TestContentIsTheSameInAnyPieces(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		b := make([]byte, r.IntN(4*ChunkSize))
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		c, err := (*Spool)(nil).Read(pieces{bytes.NewReader(b), r})
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(c.Reader())
		if err != nil || !bytes.Equal(got, b) || c.sum != content(t, b).sum {
			t.Fatalf("%d bytes came back as %d: %v", len(b), len(got), err)
		}
	}
}

type pieces struct {
	r io.Reader
	n *rand.Rand
}

func (p pieces) Read(b []byte) (int, error) { return p.r.Read(b[:min(len(b), 1+p.n.IntN(40_000))]) }

func TestNamesAreShort(t *testing.T) {
	for in, want := range map[string]string{
		`C:\Users\x\Plan.pdf`: "Plan.pdf", "../../etc/passwd": "passwd", "": "Document", "a\x00b\u202ec\n.pdf": "abc.pdf",
		" ":                      "Document",
		strings.Repeat("é", 300): strings.Repeat("é", longestName), "/": "Document", "\xff\xfe": "Document",
	} {
		if got := shortName(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
