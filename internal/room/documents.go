package room

import (
	"context"
	"slices"
	"strconv"

	"heed/internal/access"
	"heed/internal/document"
	"heed/internal/document/keep"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/store"
	"heed/internal/vault"
)

// Scanned has documents that were sent looked at for harmful software: outside the unit of
// work, which may run again. What it finds is answered after access was asked, and not to
// who sends again what was taken already.
func Scanned(ctx context.Context, s document.Scanner, in field.Answers) error {
	var faults fail.Fields
	for _, sent := range in.Files() {
		if sent.Fault("") == "" {
			if fault := document.Checked(ctx, s, sent.File); fault != "" {
				faults.Add(sent.Name, fault)
			}
		}
	}
	return faults.Err()
}

// PutDocuments keeps the documents of an entry, in its commit.
func PutDocuments(tx *store.Tx, key *vault.Key, version int64, taken field.Answers) error {
	for _, sent := range taken.Files() {
		if err := keep.Put(tx, key, version, sent.File); err != nil {
			return err
		}
	}
	return nil
}

// AsksForDocuments says whether a step of the room brings a document, by any of its definitions.
// An overlay's questions are for words.
func (r *Room) AsksForDocuments() bool {
	return slices.ContainsFunc(r.Definitions, func(d *process.Definition) bool {
		return slices.ContainsFunc(d.AllSteps, func(s process.StepInfo) bool { return len(field.Documents(s.Fields)) > 0 })
	})
}

// documentsOf are the documents that a history speaks of, by the version of their entry.
func documentsOf(taken []Taken) map[int64][]*document.File {
	out := map[int64][]*document.File{}
	for _, t := range taken {
		for _, sent := range t.Answers.Files() {
			out[t.Version] = append(out[t.Version], sent.File)
		}
	}
	return out
}

// Given is a document that was given out. Close it when it was sent.
type Given struct {
	*document.File
	Bytes *document.Content
}

// Close gives its memory back.
func (g Given) Close() { g.Bytes.Close() }

// DocumentAsked names a document of a record: the version of its entry, and its number there.
type DocumentAsked struct {
	Version int64 `json:"of_version"`
	Number  int   `json:"number"`
}

// ParseDocumentAsked reads the two parts of an address that names a document.
func ParseDocumentAsked(version, number string) (DocumentAsked, error) {
	v, err1 := strconv.ParseInt(version, 10, 64)
	n, err2 := strconv.Atoi(number)
	if err1 != nil || err2 != nil {
		return DocumentAsked{}, fail.New(fail.Missing, "Page not found")
	}
	return DocumentAsked{Version: v, Number: n}, nil
}

// In finds it among what somebody sees of a record; what they do not see is not there.
func (q DocumentAsked) In(shown []Taken) (*document.File, error) {
	for _, f := range documentsOf(shown)[q.Version] {
		if f.Number == q.Number {
			return f, nil
		}
	}
	return nil, fail.New(fail.Missing, "Page not found")
}

// Document gives a document to somebody who sees the entry that it came with. That they
// opened it is in the ledger before this returns.
func (d *Desk) Document(ctx context.Context, a access.Actor, r *Room, ref id.Reference,
	q DocumentAsked) (Given, error) {
	var out Given
	_, err := d.openWith(ctx, a, r, ref, Look{Act: actView, Kind: kindDocument, document: &q},
		func(tx *store.Tx, key *vault.Key, v View) error {
			out.Close()
			f, err := q.In(v.Taken)
			if err != nil {
				return err
			}
			out.File = f
			out.Bytes, err = keep.Get(tx, d.Spool.Of(a.Person.String()), key, q.Version, f)
			return err
		})
	if err != nil {
		out.Close()
		return Given{}, err
	}
	return out, nil
}
