package record

import (
	"bytes"
	"slices"
)

// Sizes of sealed texts are few, so that how much was written, and in which
// compartment, cannot be told by them.
const (
	padFrom = 512
	padTo   = 16 << 10
)

// PaddedSize is the size to which a text of n bytes is padded: 512, 1,024, 2,048,
// 4,096, 8,192, 16,384, and then multiples of 16,384.
func PaddedSize(n int) int {
	size := padFrom
	for size < n && size < padTo {
		size *= 2
	}
	if n > size {
		size = (n + padTo - 1) / padTo * padTo
	}
	return size
}

// Pad adds spaces to a JSON text so that with before bytes ahead of it, it has a
// padded size. A JSON text ends with no space and may be followed by any number.
func Pad(text []byte, before int) []byte {
	to := PaddedSize(before+len(text)) - before
	text = slices.Grow(text, to-len(text))
	for len(text) < to {
		text = append(text, ' ')
	}
	return text
}

// unpad takes away what Pad added.
func unpad(text []byte) []byte { return bytes.TrimRight(text, " ") }
