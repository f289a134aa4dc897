// Package document is a file that somebody sends with an answer: how it is read, what
// it may be, and what an entry says of it.
//
// It keeps true: what a document is, its content says, and never its name; a document
// that is being taken lies in memory only, within a bound over all of them; nothing
// that is not of a listed kind is taken. Nothing here opens a document to show it.
//
// Trusted with nothing: where documents are kept, they are sealed (package keep).
package document

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"heed/internal/fail"
	"heed/internal/plain"
)

// MostBytes is the largest document.
const MostBytes = 20 << 20

// ChunkSize is in what pieces a document is read, sealed and kept.
const ChunkSize = 64 << 10

// SandboxPolicy is the content policy of what is given out to be saved: opened as a
// page all the same, it may do nothing.
const SandboxPolicy = "sandbox; default-src 'none'; frame-ancestors 'none'"

// File is a document as its entry says it. Its bytes are not part of the entry: they
// are kept in chunks, sealed by the record's own key, and SHA256 proves them.
type File struct {
	Number int    `json:"number"` // among the documents of its entry, from 1
	Name   string `json:"name"`   // as the sender's machine named it
	Kind   string `json:"kind"`   // "pdf"; see Kinds
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`

	content *Content
	refused string // why it was not taken, in words
}

// New is a document that was sent. What it is comes from the content.
func New(name string, c *Content) *File {
	return &File{Name: shortName(name), Kind: kindOf(c), Size: c.size, SHA256: hex.EncodeToString(c.sum[:]), content: c}
}

// refused is a document that was sent and not taken.
func refused(name, why string) *File { return &File{Name: shortName(name), refused: why} }

// Content is what was sent; nil for a document that is only spoken of.
func (f *File) Content() *Content { return f.content }

// Kept is the document as an entry keeps it, with its number there.
func (f *File) Kept(number int) *File {
	out := *f
	out.Number = number
	return &out
}

// Fault says in words what is the matter with a document that was sent, or "".
func (f *File) Fault(what string) string {
	switch {
	case f.refused != "":
		return f.refused
	case f.content == nil:
		return "Choose a file: " + what
	case f.Size == 0:
		return "The selected file is empty. Choose another"
	case f.Size > MostBytes:
		return TooLarge
	case f.Kind == "":
		return "The selected file must be " + kindWords() + ". Save it as one of these and choose it again"
	}
	return ""
}

// Turned is the error of a document that was turned away whatever it is, to be sent
// again later; nil of any other.
func (f *File) Turned() error {
	switch f.refused {
	case Busy:
		return fail.New(fail.Busy, Busy)
	case TooMuch:
		return fail.New(fail.TooOften, TooMuch)
	}
	return nil
}

// TooLarge is said of a file that has more than MostBytes.
const TooLarge = "The selected file must be smaller than 20 MB. Choose a smaller one"

// Words are how a document is named where it is shown.
func (f *File) Words() string {
	k, _ := Kind(f.Kind)
	return f.Name + " (" + k.Words + ", " + plain.Number(int((f.Size+1023)/1024)) + " KB)"
}

const longestName = 120

// shortName is a name without its folders and without what cannot be shown. What kind
// of file it is, it does not say: that is for the content.
func shortName(name string) string {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsGraphic(r) {
			return -1
		}
		return r
	}, name)
	if r := []rune(name); len(r) > longestName {
		name = string(r[:longestName])
	}
	if plain.TextFault("", name) != "" || plain.Blank(name) {
		return "Document"
	}
	return strings.TrimSpace(name)
}

// Content is the bytes of a document, in chunks; ReadAt reads them as one.
type Content struct {
	chunks [][]byte
	size   int64
	sum    [sha256.Size]byte
	spool  *Spool
}

// Size is how many bytes there are.
func (c *Content) Size() int64 { return c.size }

// Chunks are the bytes; all chunks but the last have ChunkSize.
func (c *Content) Chunks() [][]byte { return c.chunks }

// ReadAt gives the bytes as one.
func (c *Content) ReadAt(p []byte, off int64) (n int, err error) {
	if off < 0 {
		return 0, io.EOF
	}
	for n < len(p) && off+int64(n) < c.size {
		at := off + int64(n)
		n += copy(p[n:], c.chunks[at/ChunkSize][at%ChunkSize:])
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Reader reads all of it.
func (c *Content) Reader() io.Reader { return io.NewSectionReader(c, 0, c.size) }

// Close gives the memory back.
func (c *Content) Close() {
	if c != nil {
		c.spool.giveBack(int64(len(c.chunks)) * ChunkSize)
		c.chunks, c.size = nil, 0
	}
}
