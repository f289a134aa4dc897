package id

import (
	"crypto/rand"
	"strings"

	"heed/internal/fail"
)

// alphabet has 31 signs, a prime, without I, L, O, S and U, which are read as 1, 1, 0, 5 and V.
const alphabet = "0123456789ABCDEFGHJKMNPQRTVWXYZ"

const referenceDigits = 7 // 31^7 = 27 thousand million

// Reference is a record's public name: "HD-7F3K-2X9C". Seven random signs and a
// check character; it says nothing about time, order or number. The check finds
// every single wrong sign and every swap of two neighbours (weighted sum modulo
// the prime 31 with weights 1 to 8).
type Reference string

// NewReference draws a random reference. Uniqueness is the database's to enforce.
func NewReference() Reference {
	var digits [referenceDigits]byte
	for i := range digits {
		digits[i] = randomDigit()
	}
	return format(digits)
}

func randomDigit() byte {
	var b [1]byte
	for {
		rand.Read(b[:])
		if b[0] < 248 { // 8*31: no modulo bias
			return b[0] % 31
		}
	}
}

func format(d [referenceDigits]byte) Reference {
	var s [referenceDigits + 1]byte
	for i, x := range d {
		s[i] = alphabet[x]
	}
	s[referenceDigits] = alphabet[check(d)]
	return Reference("HD-" + string(s[:4]) + "-" + string(s[4:]))
}

// check is chosen so that the sum of weight*digit over all eight signs is 0 mod 31; the check has weight 8.
func check(d [referenceDigits]byte) byte {
	sum := 0
	for i, x := range d {
		sum += (i + 1) * int(x)
	}
	const inverseOf8 = 4 // 8*4 = 32 = 1 mod 31
	return byte((31 - sum%31) % 31 * inverseOf8 % 31)
}

// ParseReference reads a reference as people type it: any case, with or without
// prefix, spaces and dashes, and with look-alike letters. A well-formed
// reference need not exist.
func ParseReference(typed string) (Reference, error) {
	s := strings.ToUpper(strings.TrimSpace(typed))
	s = strings.NewReplacer(" ", "", "-", "").Replace(s)
	if len(s) > referenceDigits+1 { // the signs themselves may begin with HD
		s = strings.TrimPrefix(s, "HD")
	}
	s = strings.NewReplacer("I", "1", "L", "1", "O", "0", "S", "5", "U", "V").Replace(s)
	if len(s) != referenceDigits+1 {
		return "", fail.New(fail.Bad, "Reference must be 8 letters and numbers after HD, like HD-7F3K-2X94")
	}
	var d [referenceDigits]byte
	for i := range d {
		x := strings.IndexByte(alphabet, s[i])
		if x < 0 {
			return "", fail.New(fail.Bad, "Reference must only include letters and numbers")
		}
		d[i] = byte(x)
	}
	if s[referenceDigits] != alphabet[check(d)] {
		return "", fail.New(fail.Bad, "Check the reference: one of its letters or numbers does not look right")
	}
	return format(d), nil
}
