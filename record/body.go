package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// EntryBody is the payload of an entry: who did what, in which role, allowed by
// which rule, and what it says.
type EntryBody struct {
	Kind  string          `json:"kind"`
	Actor string          `json:"actor"`
	Role  string          `json:"role,omitempty"`
	Rule  string          `json:"rule"`
	Data  json.RawMessage `json:"data,omitempty"`
}

// Append appends the canonical JSON of b: members in the order above, no white
// space, no HTML escapes, Data compacted.
func (b EntryBody) Append(dst []byte) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(b); err != nil {
		return nil, fmt.Errorf("%w: entry body: %w", ErrFormat, err)
	}
	return append(dst, bytes.TrimSuffix(buf.Bytes(), []byte("\n"))...), nil
}

// ParseBody reads a payload. Members that this form does not know are refused.
func ParseBody(payload []byte) (EntryBody, error) {
	var b EntryBody
	dec := json.NewDecoder(bytes.NewReader(payload))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&b); err != nil {
		return EntryBody{}, fmt.Errorf("%w: entry body: %w", ErrFormat, err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return EntryBody{}, fmt.Errorf("%w: bytes after the entry body", ErrFormat)
	}
	if b.Kind == "" {
		return EntryBody{}, fmt.Errorf("%w: entry body without a kind", ErrFormat)
	}
	return b, nil
}
