package record

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	maxNote       = 1 << 20
	maxSignatures = 100 // signed-note asks for at least 16
	sigPrefix     = "— "
)

// Signature is one verified signature of a note.
type Signature struct {
	Verifier Verifier
	// Time is when a witness cosigned, whole seconds UTC; zero for a log's signature.
	Time time.Time
	// Line is the signature line, from the em dash to the newline.
	Line string
}

// rawSignature is a signature line before anybody has checked it.
type rawSignature struct {
	name string
	id   uint32
	sig  []byte
	line string
}

// splitNote parts a note into its text, which keeps its last newline, and its
// signature lines. The text ends at the last empty line.
func splitNote(note []byte) (text []byte, sigs []rawSignature, err error) {
	bad := func(what string) error { return fmt.Errorf("%w: note: %s", ErrFormat, what) }
	if len(note) > maxNote {
		return nil, nil, bad("too long")
	}
	if !utf8.Valid(note) {
		return nil, nil, bad("not UTF-8")
	}
	for _, c := range note {
		if c < 0x20 && c != '\n' {
			return nil, nil, bad("control character")
		}
	}
	i := bytes.LastIndex(note, []byte("\n\n"))
	if i < 0 || note[len(note)-1] != '\n' {
		return nil, nil, bad("no signatures")
	}
	text = note[:i+1]
	for line := range strings.Lines(string(note[i+2:])) {
		s, err := parseSignature(line)
		if err != nil {
			return nil, nil, err
		}
		if sigs = append(sigs, s); len(sigs) > maxSignatures {
			return nil, nil, bad("too many signatures")
		}
	}
	if len(sigs) == 0 {
		return nil, nil, bad("no signatures")
	}
	return text, sigs, nil
}

// parseSignature reads "— name base64(key id ‖ signature)\n".
func parseSignature(line string) (rawSignature, error) {
	rest, ok1 := strings.CutPrefix(line, sigPrefix)
	rest, ok2 := strings.CutSuffix(rest, "\n")
	name, b64, ok3 := strings.Cut(rest, " ")
	raw, err := base64.StdEncoding.Strict().DecodeString(b64)
	if !ok1 || !ok2 || !ok3 || err != nil || len(raw) < 5 || !validName(name) || strings.Contains(b64, "\n") {
		return rawSignature{}, fmt.Errorf("%w: signature line", ErrFormat)
	}
	return rawSignature{name, binary.BigEndian.Uint32(raw), raw[4:], line}, nil
}

// OpenNote verifies a signed note. Signatures of unknown keys are passed over; one
// that names a known key and does not verify makes the whole note worthless
// (ErrSignature); a note that no known key signed is ErrUnsigned. A key that signed
// twice counts once.
func OpenNote(note []byte, verifiers ...Verifier) (text []byte, sigs []Signature, err error) {
	text, raw, err := splitNote(note)
	if err != nil {
		return nil, nil, err
	}
	seen := make(map[Verifier]bool, len(verifiers))
	for _, r := range raw {
		for _, v := range verifiers {
			if v.name != r.name || v.KeyID() != r.id || seen[v] {
				continue
			}
			s, err := v.check(text, r)
			if err != nil {
				return nil, nil, err
			}
			seen[v] = true
			sigs = append(sigs, s)
		}
	}
	if len(sigs) == 0 {
		return nil, nil, ErrUnsigned
	}
	return text, sigs, nil
}

// check verifies one signature over a note's text.
func (v Verifier) check(text []byte, r rawSignature) (Signature, error) {
	bad := fmt.Errorf("%w: %s", ErrSignature, v.name)
	out := Signature{Verifier: v, Line: r.line}
	if v.alg == algEd25519 {
		if len(r.sig) != ed25519.SignatureSize || !ed25519.Verify(v.public[:], text, r.sig) {
			return out, bad
		}
		return out, nil
	}
	if len(r.sig) != 8+ed25519.SignatureSize {
		return out, bad
	}
	at := binary.BigEndian.Uint64(r.sig)
	if at > 1<<62 || !ed25519.Verify(v.public[:], cosigned(text, int64(at)), r.sig[8:]) {
		return out, bad
	}
	out.Time = time.Unix(int64(at), 0).UTC()
	return out, nil
}

// cosigned is what a cosignature/v1 signs.
func cosigned(text []byte, seconds int64) []byte {
	b := append(make([]byte, 0, len(text)+48), "cosignature/v1\ntime "...)
	b = strconv.AppendInt(b, seconds, 10)
	return append(append(b, '\n'), text...)
}

// signatureLine signs a note's text as a log, or at a time as a witness.
func (s Signer) signatureLine(text []byte, seconds int64) []byte {
	var sig []byte
	if s.verifier.alg == algCosignature {
		sig = binary.BigEndian.AppendUint64(sig, uint64(seconds))
		text = cosigned(text, seconds)
	}
	return []byte(sigLine(s.verifier, append(sig, ed25519.Sign(s.private, text)...)))
}

// sigLine writes a signature line.
func sigLine(v Verifier, sig []byte) string {
	raw := append(binary.BigEndian.AppendUint32(nil, v.KeyID()), sig...)
	return sigPrefix + v.name + " " + base64.StdEncoding.EncodeToString(raw) + "\n"
}
