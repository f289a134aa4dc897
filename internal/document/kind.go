package document

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
	"unicode/utf8"
)

// KindInfo is a kind of document that is taken.
type KindInfo struct {
	ID    string // also the end of the name under which it is saved
	Type  string
	Words string
}

// kinds are all that are taken. Nothing that runs by itself. A PDF or an office document can hold other files: it is
// given out to be saved, never opened here.
var kinds = []KindInfo{
	{"pdf", "application/pdf", "PDF"},
	{"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word"},
	{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel"},
	{"odt", "application/vnd.oasis.opendocument.text", "OpenDocument text"},
	{"png", "image/png", "PNG picture"},
	{"jpg", "image/jpeg", "JPEG picture"},
	{"txt", "text/plain; charset=utf-8", "plain text"},
}

// Kind is a kind by its id.
func Kind(id string) (KindInfo, bool) {
	for _, k := range kinds {
		if k.ID == id {
			return k, true
		}
	}
	return KindInfo{ID: "bin", Type: "application/octet-stream", Words: "file"}, false
}

func kindWords() string {
	var all []string
	for _, k := range kinds {
		all = append(all, k.Words)
	}
	last := len(all) - 1
	return "one of: " + strings.Join(all[:last], ", ") + " or " + all[last]
}

// kindOf is the kind that the content has, or "".
func kindOf(c *Content) string {
	if c.size == 0 || c.size > MostBytes {
		return ""
	}
	start := c.chunks[0]
	switch {
	case bytes.HasPrefix(start, []byte("%PDF-")):
		return "pdf"
	case bytes.HasPrefix(start, []byte("\x89PNG\r\n\x1a\n")):
		return when(decodes(png.DecodeConfig, c), "png")
	case bytes.HasPrefix(start, []byte("\xff\xd8\xff")):
		return when(decodes(jpeg.DecodeConfig, c), "jpg")
	case bytes.HasPrefix(start, []byte("PK\x03\x04")):
		return office(c)
	case bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(start, []byte("\ufeff")), " \t\r\n\f"), []byte("<")):
		return "" // a page or a drawing, which a browser might run
	}
	return when(isText(c), "txt")
}

func when(is bool, kind string) string {
	if is {
		return kind
	}
	return ""
}

func decodes[T any](config func(io.Reader) (T, error), c *Content) bool {
	_, err := config(c.Reader())
	return err == nil
}

// isText says whether all of it is UTF-8 without what no text holds.
func isText(c *Content) bool {
	var rest []byte
	for i, chunk := range c.chunks {
		b := append(rest, chunk...)
		for len(b) > 0 {
			r, n := utf8.DecodeRune(b)
			if r == utf8.RuneError && n == 1 {
				if i < len(c.chunks)-1 && !utf8.FullRune(b) {
					break // goes on in the next chunk
				}
				return false
			}
			if r < ' ' && r != '\n' && r != '\r' && r != '\t' && r != '\f' || r == 0x7f {
				return false
			}
			b = b[n:]
		}
		rest = bytes.Clone(b)
	}
	return len(rest) == 0
}

// mostParts is how many parts an office document may have: its list of parts is read
// into memory.
const mostParts = 4096

const openText = "application/vnd.oasis.opendocument.text"

// office is the kind of an office document, by what is in it. One with macros is none.
func office(c *Content) string {
	if !fewParts(c) {
		return ""
	}
	z, err := zip.NewReader(c, c.size)
	if err != nil {
		return ""
	}
	if withMacros(z) {
		return ""
	}
	has := map[string]bool{}
	for _, f := range z.File {
		has[f.Name] = true
	}
	switch {
	case has["[Content_Types].xml"] && has["word/document.xml"]:
		return "docx"
	case has["[Content_Types].xml"] && has["xl/workbook.xml"]:
		return "xlsx"
	case has["content.xml"] && len(z.File) > 0 && z.File[0].Name == "mimetype" && z.File[0].Method == zip.Store &&
		z.File[0].UncompressedSize64 == uint64(len(openText)) && says(z.File[0], openText):
		return "odt"
	}
	return ""
}

// fewParts looks at the end of an archive before its list is read: the list of one
// that was made to be long would take far more memory than its bytes.
func fewParts(c *Content) bool {
	const end, longest = 22, 22 + 1<<16
	tail := make([]byte, min(c.size, longest))
	if _, err := c.ReadAt(tail, c.size-int64(len(tail))); err != nil {
		return false
	}
	i := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	if i < 0 || len(tail)-i < end || i+end+int(binary.LittleEndian.Uint16(tail[i+20:])) != len(tail) {
		return false // not where the archive ends: whoever reads it may take another end
	}
	size, from := int64(binary.LittleEndian.Uint32(tail[i+12:])), int64(binary.LittleEndian.Uint32(tail[i+16:]))
	return binary.LittleEndian.Uint16(tail[i+10:]) <= mostParts && size <= 1<<20 &&
		size != 1<<16-1 && // of which archive/zip takes a longer end instead, with a list of its own
		from+size == c.size-int64(len(tail)-i) // the list lies right before the end, and so is as long as it says
}

// withMacros says whether an archive holds a program that an office program would offer to
// run, as far as its list and its own table of kinds tell.
func withMacros(z *zip.Reader) bool {
	for _, f := range z.File {
		name := strings.ToLower(f.Name)
		if strings.HasSuffix(name, "vbaproject.bin") || strings.HasPrefix(name, "basic/") ||
			strings.HasPrefix(name, "scripts/") {
			return true
		}
		if name == "[content_types].xml" && (says(f, "macroenabled") || says(f, "vbaproject")) {
			return true
		}
	}
	return false
}

// says whether the words stand in a part, whatever their case.
func says(f *zip.File, words string) bool {
	r, err := f.Open()
	if err != nil {
		return false
	}
	defer r.Close() //nolint:errcheck // only read
	got, err := io.ReadAll(io.LimitReader(r, 1<<20))
	return err == nil && bytes.Contains(bytes.ToLower(got), []byte(words))
}
