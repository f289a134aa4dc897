package witness

import (
	"bytes"
	"fmt"

	"heed/record"
)

// maxRequest is the largest body of add-checkpoint: 63 proof lines and a
// checkpoint with many signatures, post-quantum ones too, fit well.
const maxRequest = 256 << 10

// request is the body of add-checkpoint: "old N", the proof's lines, an empty
// line, the checkpoint.
type request struct {
	old   int64
	proof []record.Hash
	note  []byte
}

func (r request) bytes() []byte {
	b := fmt.Appendf(nil, "old %d\n", r.old)
	b = record.AppendProof(b, r.proof)
	return append(append(b, '\n'), r.note...)
}

func parseRequest(b []byte) (r request, err error) {
	head, note, ok := bytes.Cut(b, []byte("\n\n"))
	first, proof, _ := bytes.Cut(append(head[:len(head):len(head)], '\n'), []byte("\n"))
	size, ok2 := bytes.CutPrefix(first, []byte("old "))
	if !ok || !ok2 {
		return r, fmt.Errorf("%w: add-checkpoint", record.ErrFormat)
	}
	if r.old, err = record.ParseSize(string(size)); err != nil {
		return r, err
	}
	if r.proof, err = record.ParseProof(proof); err != nil {
		return r, err
	}
	r.note = note
	return r, nil
}
