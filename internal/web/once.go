package web

import (
	"crypto/rand"
	"encoding/base64"
)

// newKey draws the key that makes one form one sending: 128 random bits.
func newKey() string {
	var b [16]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// once runs the handler.
func (s *Site) once(q *Request) (Response, error) { return q.route.Handler(q) }
