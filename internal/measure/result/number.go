// Package result is how the answers of measure are written down: the fields, by name,
// that the reference vectors, the command line and files for others share. What is
// undefined is null there, and [x] in a table.
package result

import (
	"encoding/json"
	"math"
	"strconv"
)

// Number is a number that may be undefined: NaN and infinities are null in JSON.
type Number float64

// MarshalJSON writes the shortest form that reads back the same.
func (n Number) MarshalJSON() ([]byte, error) {
	f := float64(n)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return []byte("null"), nil
	}
	return json.Marshal(f)
}

// String is the number for a table: [x] where it is not available.
func (n Number) String() string {
	f := float64(n)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return "[x]"
	}
	return strconv.FormatFloat(f, 'g', 7, 64)
}

// Word is a word that may be missing: null in JSON when empty.
type Word string

// MarshalJSON writes null for "".
func (t Word) MarshalJSON() ([]byte, error) {
	if t == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(t))
}
