package record

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Checkpoint is a log's statement about its tree (C2SP tlog-checkpoint).
type Checkpoint struct {
	Origin string // which log
	Size   int64
	Root   Hash
	Extra  []string // extension lines; Heed writes none
}

// Text is the note text: origin, size, root in base64, then extension lines, each ended by a newline.
func (c Checkpoint) Text() []byte {
	b := fmt.Appendf(nil, "%s\n%d\n%s\n", c.Origin, c.Size, c.Root)
	for _, x := range c.Extra {
		b = append(append(b, x...), '\n')
	}
	return b
}

// ParseCheckpoint reads a note text. It says nothing about signatures.
func ParseCheckpoint(text []byte) (Checkpoint, error) {
	bad := func(what string) (Checkpoint, error) {
		return Checkpoint{}, fmt.Errorf("%w: checkpoint %s", ErrFormat, what)
	}
	if len(text) > maxNote {
		return bad("too long")
	}
	body, ok := strings.CutSuffix(string(text), "\n")
	lines := strings.Split(body, "\n")
	if !ok || len(lines) < 3 {
		return bad("needs three lines")
	}
	for _, l := range lines {
		if l == "" {
			return bad("has an empty line")
		}
	}
	size, ok := decimal(lines[1], MaxSize)
	if !ok {
		return bad("size")
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != len(Hash{}) {
		return bad("root")
	}
	c := Checkpoint{Origin: lines[0], Size: size, Root: Hash(root)}
	if len(lines) > 3 {
		c.Extra = lines[3:]
	}
	if string(c.Text()) != string(text) { // base64 decoding passes over carriage returns
		return bad("is not canonical")
	}
	return c, nil
}

// SignCheckpoint makes the signed note of c: its text, an empty line, the signature.
// The signer is a log's key, not a witness's. It panics on what no caller may ask:
// a witness's key, a key of another name than the origin, a line break in a line.
func SignCheckpoint(c Checkpoint, s Signer) []byte {
	text := c.Text()
	if again, err := ParseCheckpoint(text); s.verifier.alg != algEd25519 || s.Name() != c.Origin || err != nil ||
		again.Size != c.Size {
		panic("record: this key cannot sign this checkpoint")
	}
	return append(append(text, '\n'), s.signatureLine(text, 0)...)
}

// OpenCheckpoint verifies a signed checkpoint: by OpenNote, and at least one of the
// signatures must be of a log's key whose name is the checkpoint's origin, so that
// one log's key cannot speak for another. Cosignatures of the witnesses among
// verifiers are checked and given too; how many are enough is the caller's policy.
func OpenCheckpoint(note []byte, verifiers ...Verifier) (Checkpoint, []Signature, error) {
	text, sigs, err := OpenNote(note, verifiers...)
	if err != nil {
		return Checkpoint{}, nil, err
	}
	c, err := ParseCheckpoint(text)
	if err != nil {
		return Checkpoint{}, nil, err
	}
	for _, s := range sigs {
		if !s.Verifier.Witness() && s.Verifier.name == c.Origin {
			return c, sigs, nil
		}
	}
	return Checkpoint{}, nil, fmt.Errorf("%w: not by the log itself", ErrUnsigned)
}

// PeekCheckpoint reads a signed checkpoint without verifying anything: to find out
// which log it names, never to believe it.
func PeekCheckpoint(note []byte) (Checkpoint, error) {
	text, _, err := splitNote(note)
	if err != nil {
		return Checkpoint{}, err
	}
	return ParseCheckpoint(text)
}

// Cosign gives the signature line by which a witness says: at this time, this was
// the largest tree of the log that I have seen, and it is consistent with all
// before it (cosignature/v1, whole seconds). The note is not checked here.
func Cosign(note []byte, s Signer, at time.Time) (line []byte, err error) {
	if s.verifier.alg != algCosignature {
		return nil, fmt.Errorf("%w: not a witness's key", ErrFormat)
	}
	text, _, err := splitNote(note)
	if err != nil {
		return nil, err
	}
	return s.signatureLine(text, max(at.Unix(), 0)), nil
}

// AddSignatures appends signature lines to a note, leaving out those it has already.
func AddSignatures(note []byte, lines ...[]byte) ([]byte, error) {
	if _, _, err := splitNote(note); err != nil {
		return nil, err
	}
	out := append([]byte(nil), note...)
	for _, l := range lines {
		if _, err := parseSignature(string(l)); err != nil {
			return nil, err
		}
		if !strings.Contains(string(out), "\n"+string(l)) {
			out = append(out, l...)
		}
	}
	return out, nil
}

// AppendProof writes a proof as lines of base64, one hash each.
func AppendProof(dst []byte, proof []Hash) []byte {
	for _, h := range proof {
		dst = base64.StdEncoding.AppendEncode(dst, h[:])
		dst = append(dst, '\n')
	}
	return dst
}

// ParseProof reads lines of base64, one hash each, at most 63.
func ParseProof(text []byte) ([]Hash, error) {
	var out []Hash
	for line := range strings.Lines(string(text)) {
		b64, ok := strings.CutSuffix(line, "\n")
		raw, err := base64.StdEncoding.Strict().DecodeString(b64)
		if !ok || err != nil || len(raw) != len(Hash{}) || len(out) == maxProof || len(b64) != 44 {
			return nil, fmt.Errorf("%w: proof", ErrFormat)
		}
		out = append(out, Hash(raw))
	}
	return out, nil
}

// ParseSize reads a tree size as checkpoints and witnesses write it.
func ParseSize(s string) (int64, error) {
	if n, ok := decimal(s, MaxSize); ok {
		return n, nil
	}
	return 0, fmt.Errorf("%w: tree size %s", ErrFormat, strconv.Quote(s[:min(len(s), 24)]))
}
