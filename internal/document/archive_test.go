package document

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"
)

func zipped(t *testing.T, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		w, err := z.CreateHeader(&zip.FileHeader{Name: parts[i], Method: zip.Store})
		if err == nil {
			_, err = w.Write([]byte(parts[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func contentOf(t *testing.T, b []byte) *Content {
	t.Helper()
	c, err := (*Spool)(nil).Read(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestAnArchivesEndIsNotBelieved: an end that says less than its list is, or leads to
// another list, is refused before the list is read. Seen to fail.
func TestAnArchivesEndIsNotBelieved(t *testing.T) {
	var parts []string
	for i := range mostParts + 1 {
		parts = append(parts, fmt.Sprint("part", i), "")
	}
	long, honest := zipped(t, parts...), zipped(t, "mimetype", openText, "content.xml", "<x/>")
	if fewParts(contentOf(t, long)) || !fewParts(contentOf(t, honest)) || kindOf(contentOf(t, honest)) != "odt" {
		t.Error("control: a long list passes, or a short one does not")
	}
	patched := func(b []byte, change func(end []byte)) *Content {
		b = bytes.Clone(b)
		change(b[len(b)-22:])
		return contentOf(t, b)
	}
	size := binary.LittleEndian.Uint32(long[len(long)-10:])
	for name, c := range map[string]*Content{
		"a count of one and a short list": patched(long, func(end []byte) {
			binary.LittleEndian.PutUint16(end[10:], 1)
			binary.LittleEndian.PutUint32(end[12:], 47)
		}),
		"a count of one and a longer list": patched(long, func(end []byte) {
			binary.LittleEndian.PutUint16(end[10:], 1)
			binary.LittleEndian.PutUint32(end[12:], size+1)
		}),
		"a list that is elsewhere": patched(honest, func(end []byte) { binary.LittleEndian.PutUint32(end[16:], 0xffffffff) }),
		"something after the end":  contentOf(t, append(bytes.Clone(honest), "tail"...)),
	} {
		if fewParts(c) {
			t.Errorf("%s is believed", name)
		}
	}
}

// TestMacrosByAnotherName: a program in a document is not told by its name alone. Seen to fail.
func TestMacrosByAnotherName(t *testing.T) {
	kinds := `<Types><Override PartName="/word/document.xml" ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>`
	for name, b := range map[string][]byte{
		"a script of Python": zipped(t, "mimetype", openText, "content.xml", "<x/>", "Scripts/python/run.py",
			"import os"),
		"a part with other name": zipped(t, "[Content_Types].xml", kinds, "word/document.xml", "<x/>", "word/vba.bin", "x"),
	} {
		if got := kindOf(contentOf(t, b)); got != "" {
			t.Errorf("%s is %q", name, got)
		}
	}
	plain := zipped(t, "[Content_Types].xml", "<Types/>", "word/document.xml", "<x/>")
	if got := kindOf(contentOf(t, plain)); got != "docx" {
		t.Errorf("control: %q", got)
	}
}
