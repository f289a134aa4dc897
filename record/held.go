package record

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
)

// HeldMagic opens every file of held leaves.
const HeldMagic = "heed/held/1\n"

// Held is what is kept of an entry outside the database while it waits for its place
// in the tree: enough to show that it was there, and none of what it says.
type Held struct {
	Header Header
	Leaf   [32]byte
}

// Append appends the line of a file of held leaves:
//
//	base64(header(93) ‖ leaf(32)) ‖ " " ‖ hex(first 4 bytes of SHA-256 of that base64) ‖ "\n"
func (h Held) Append(dst []byte) []byte {
	raw := append(h.Header.Append(make([]byte, 0, HeaderSize+len(h.Leaf))), h.Leaf[:]...)
	text := base64.StdEncoding.EncodeToString(raw)
	return append(append(dst, text...), " "+heldSum(text)+"\n"...)
}

func heldSum(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:4])
}

// ParseHeld reads a file of held leaves. Its writer may have been killed at any
// moment, or the power cut: a last line without its newline, and one in which zeros
// stand for what never reached the disk, was not acknowledged and is left out.
// Anything else that is not of the form is ErrFormat.
func ParseHeld(b []byte) ([]Held, error) {
	if len(b) < len(HeldMagic) && strings.HasPrefix(HeldMagic, string(b)) {
		return nil, nil
	}
	rest, ok := bytes.CutPrefix(b, []byte(HeldMagic))
	switch {
	case !ok && b[0] != 0:
		return nil, fmt.Errorf("%w: held leaves", ErrFormat)
	case !ok: // the first sector was torn
		rest = b
	}
	var out []Held
	for line := range strings.Lines(string(rest)) {
		line, whole := strings.CutSuffix(line, "\n")
		if !whole {
			break
		}
		if strings.Contains(line, "\x00") {
			continue
		}
		text, sum, _ := strings.Cut(line, " ")
		raw, err := base64.StdEncoding.Strict().DecodeString(text)
		if err != nil || sum != heldSum(text) || len(raw) != HeaderSize+32 {
			return nil, fmt.Errorf("%w: held leaf %d", ErrFormat, len(out)+1)
		}
		h, err := ParseHeader(raw[:HeaderSize])
		if err != nil {
			return nil, err
		}
		out = append(out, Held{h, [32]byte(raw[HeaderSize:])})
	}
	return out, nil
}
