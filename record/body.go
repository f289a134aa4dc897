package record

import (
	"bytes"
	"encoding/hex"
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

// KindErased is the kind of the entry without which no record may be erased.
const KindErased = "record.erased"

// ErasedData is the data of an entry of KindErased. Other members may stand beside it.
type ErasedData struct {
	Record     string `json:"record"`     // 32 lower-case hexadecimal digits
	Generation int64  `json:"generation"` // whose key had to be destroyed with it
	Form       string `json:"form"`       // what stays of it in the clear: see Form; "" of an early version of Heed
}

// erasedPrefix is how the canonical payload of an erasure entry begins.
const erasedPrefix = `{"kind":"` + KindErased + `",`

// ErasedRecord says which record a payload declares erased, and with which form, if it is
// an erasure entry. It costs nothing for all others.
func ErasedRecord(payload []byte) (rec [16]byte, form string, ok bool) {
	if !bytes.HasPrefix(payload, []byte(erasedPrefix)) {
		return rec, "", false
	}
	b, err := ParseBody(payload)
	if err != nil {
		return rec, "", false
	}
	var d ErasedData
	if json.Unmarshal(b.Data, &d) != nil || len(d.Record) != 32 {
		return rec, "", false
	}
	n, err := hex.Decode(rec[:], []byte(d.Record))
	return rec, d.Form, err == nil && n == 16
}
