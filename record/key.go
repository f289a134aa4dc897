package record

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The signature types of C2SP signed-note that this package knows.
const (
	algEd25519     = 0x01 // a log's signature over the text
	algCosignature = 0x04 // a witness's timestamped cosignature/v1
)

const privatePrefix = "PRIVATE+KEY+"

// Signer is an Ed25519 key with a name that signs checkpoints (a log's key) or
// cosigns them (a witness's key); a key does one of the two.
type Signer struct {
	verifier Verifier
	private  ed25519.PrivateKey
}

// Verifier is the public half of a Signer. Two Verifiers are the same key when they are ==.
type Verifier struct {
	name   string
	alg    byte
	public [ed25519.PublicKeySize]byte
}

// NewSigner makes a new log key.
func NewSigner(name string) (Signer, error) { return newSigner(name, algEd25519) }

// NewCosigner makes a new witness key.
func NewCosigner(name string) (Signer, error) { return newSigner(name, algCosignature) }

func newSigner(name string, alg byte) (Signer, error) {
	seed := make([]byte, ed25519.SeedSize)
	rand.Read(seed)
	return signerFromSeed(name, alg, seed)
}

func signerFromSeed(name string, alg byte, seed []byte) (Signer, error) {
	if !validName(name) {
		return Signer{}, fmt.Errorf("%w: key name", ErrFormat)
	}
	s := Signer{private: ed25519.NewKeyFromSeed(seed)}
	s.verifier = Verifier{name: name, alg: alg, public: [32]byte(s.private[ed25519.SeedSize:])}
	return s, nil
}

// validName: not empty, UTF-8, no Unicode space, no plus, and no control character,
// which a note may not contain.
func validName(name string) bool {
	return name != "" && len(name) <= 255 && utf8.ValidString(name) &&
		!strings.ContainsFunc(name, func(r rune) bool { return r == '+' || unicode.IsSpace(r) || unicode.IsControl(r) })
}

// Verifier is the key's public half.
func (s Signer) Verifier() Verifier { return s.verifier }

// Name is the key's name.
func (s Signer) Name() string { return s.verifier.name }

// Text is the private text form: "PRIVATE+KEY+" name "+" key id (8 hexadecimal digits)
// "+" base64(type ‖ 32-byte Ed25519 seed).
func (s Signer) Text() string {
	data := append([]byte{s.verifier.alg}, s.private.Seed()...)
	return privatePrefix + keyText(s.verifier, data)
}

// String tells the name only, so that a key is never logged.
func (s Signer) String() string { return "private key of " + s.verifier.name }

// GoString is String.
func (s Signer) GoString() string { return s.String() }

// Name is the key's name: for a log, its origin.
func (v Verifier) Name() string { return v.name }

// Witness says that the key cosigns, and does not sign as a log.
func (v Verifier) Witness() bool { return v.alg == algCosignature }

// IsZero says that there is no key.
func (v Verifier) IsZero() bool { return v == Verifier{} }

// KeyID is the first four bytes, big-endian, of SHA-256(name ‖ "\n" ‖ type ‖ public key).
func (v Verifier) KeyID() uint32 {
	b := append(append(make([]byte, 0, 300), v.name...), '\n', v.alg)
	sum := sha256.Sum256(append(b, v.public[:]...))
	return binary.BigEndian.Uint32(sum[:])
}

// String is the public text form ("vkey"): name "+" key id (8 hexadecimal digits)
// "+" base64(type ‖ 32-byte Ed25519 public key).
func (v Verifier) String() string {
	return keyText(v, append([]byte{v.alg}, v.public[:]...))
}

// MarshalText is String.
func (v Verifier) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText is ParseVerifier.
func (v *Verifier) UnmarshalText(b []byte) (err error) {
	*v, err = ParseVerifier(string(b))
	return err
}

func keyText(v Verifier, data []byte) string {
	return fmt.Sprintf("%s+%08x+%s", v.name, v.KeyID(), base64.StdEncoding.EncodeToString(data))
}

// splitKey reads name+id+data of either text form.
func splitKey(text string) (name string, id uint32, alg byte, data [32]byte, err error) {
	bad := fmt.Errorf("%w: key text", ErrFormat)
	if len(text) > 512 {
		return "", 0, 0, data, bad
	}
	name, rest, _ := strings.Cut(text, "+")
	hexID, b64, ok := strings.Cut(rest, "+")
	n, err1 := strconv.ParseUint(hexID, 16, 32)
	raw, err2 := base64.StdEncoding.Strict().DecodeString(b64)
	if !ok || len(hexID) != 8 || err1 != nil || err2 != nil || len(raw) != 33 || !validName(name) {
		return "", 0, 0, data, bad
	}
	if raw[0] != algEd25519 && raw[0] != algCosignature {
		return "", 0, 0, data, fmt.Errorf("%w: key of an unknown type", ErrFormat)
	}
	return name, uint32(n), raw[0], [32]byte(raw[1:]), nil
}

// ParseVerifier reads the public text form and checks its key id.
func ParseVerifier(vkey string) (Verifier, error) {
	name, id, alg, public, err := splitKey(vkey)
	if err != nil {
		return Verifier{}, err
	}
	v := Verifier{name, alg, public}
	if v.KeyID() != id || v.String() != vkey {
		return Verifier{}, fmt.Errorf("%w: key id does not fit the key", ErrFormat)
	}
	return v, nil
}

// ParseSigner reads the private text form and checks its key id.
func ParseSigner(text string) (Signer, error) {
	rest, ok := strings.CutPrefix(text, privatePrefix)
	if !ok {
		return Signer{}, fmt.Errorf("%w: not a private key", ErrFormat)
	}
	name, id, alg, seed, err := splitKey(rest)
	if err != nil {
		return Signer{}, err
	}
	s, err := signerFromSeed(name, alg, seed[:])
	if err != nil {
		return Signer{}, err
	}
	if s.verifier.KeyID() != id || s.Text() != text {
		return Signer{}, fmt.Errorf("%w: key id does not fit the key", ErrFormat)
	}
	return s, nil
}
