// Package keep keeps documents with their records: in chunks, each sealed by the
// record's own key and bound to its entry, its document and its place.
//
// It keeps true: a document is there if and only if its entry is, since both are of
// one commit; a chunk opens in its own place only; to destroy the record's key is to
// destroy its documents; sizes are few. What the bytes must be, the entry says by
// their hash. The database is trusted with nothing: see Check.
package keep

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"heed/internal/document"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
	"heed/internal/vault"
)

// Migrations are the table of chunks.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Field is the beginning of the name under which a chunk is sealed, for the verifier:
// after it comes the chunk's place.
const Field = "document:"

// place is where a chunk stands among those of its entry: the document's number and
// the chunk's, so that they sort.
func place(f *document.File, chunk int) string { return fmt.Sprintf("%03d.%04d", f.Number, chunk) }

// paddedTo is in how many chunks a document is kept: 1, 2, 4 … 256, and then as many
// as the largest needs, so that a size tells little.
func paddedTo(size int64) int {
	need := int((size + document.ChunkSize - 1) / document.ChunkSize)
	n := 1
	for n < need {
		n *= 2
	}
	return max(1, min(n, max(need, document.MostBytes/document.ChunkSize)))
}

// Put keeps a document with the entry that makes this version of its record, in the
// same unit of work.
func Put(tx *store.Tx, key *vault.Key, version int64, f *document.File) error {
	c := f.Content()
	if c == nil || c.Size() != f.Size {
		return fail.New(fail.Broken, "keep: a document without its bytes")
	}
	padded := make([]byte, document.ChunkSize)
	for i := range paddedTo(f.Size) {
		clear(padded)
		if chunks := c.Chunks(); i < len(chunks) {
			copy(padded, chunks[i])
		}
		at := place(f, i)
		err := tx.ChangeOne(`insert into document_chunk (record, version, place, sealed) values ($1, $2, $3, $4)`,
			key.Record(), version, at, key.Seal(Field+at, version, padded))
		if err != nil {
			return fmt.Errorf("keep document: %w", err)
		}
	}
	return nil
}

type chunk struct {
	place  string
	sealed []byte
}

func (c *chunk) scan() []any { return []any{&c.place, &c.sealed} }

const wordsDamaged = "This document has been damaged or changed outside Heed, so it is not given out"

// Get gives a document of an entry, in memory of the spool, when all of it is as the
// entry says.
func Get(tx *store.Tx, spool *document.Spool, key *vault.Key, version int64, f *document.File) (*document.Content,
	error) {
	c, err := spool.Fill(func(out io.Writer) error { return read(tx, key, version, f, out) })
	switch {
	case errors.Is(err, document.ErrFull):
		return nil, fail.New(fail.Busy, "Too many files are being opened at this moment. Wait a minute and open it again")
	case err != nil:
		return nil, err
	}
	return c, nil
}

// read writes a document's bytes, each chunk as it opens; what is amiss is an error.
func read(tx *store.Tx, key *vault.Key, version int64, f *document.File, out io.Writer) error {
	left, sum := f.Size, sha256.New()
	for i := range paddedTo(f.Size) {
		at := place(f, i)
		row, err := store.One(tx, (*chunk).scan, `select place, sealed from document_chunk where record = $1 and version = $2 and place = $3`,
			key.Record(), version, at)
		if fail.Is(err, fail.Missing) {
			return fail.Wrap(fail.Tampered, amiss{"chunk " + at + " is not there"}, wordsDamaged)
		}
		if err != nil {
			return err
		}
		plain, err := key.Open(Field+at, version, row.sealed)
		if err != nil || len(plain) != document.ChunkSize {
			return fail.Wrap(fail.Tampered, amiss{"chunk " + at +
				" does not open: it was changed, or put here from another place"}, wordsDamaged)
		}
		n := min(left, document.ChunkSize)
		sum.Write(plain[:n]) //nolint:errcheck // a hash never fails
		if _, err := out.Write(plain[:n]); err != nil {
			return err
		}
		left -= n
	}
	if hex.EncodeToString(sum.Sum(nil)) != f.SHA256 {
		return fail.Wrap(fail.Tampered, amiss{"the bytes are not what its entry says: they have another hash"}, wordsDamaged)
	}
	return nil
}

// amiss is what is wrong, for whoever verifies.
type amiss struct{ what string }

func (a amiss) Error() string { return a.what }

// Check compares what is kept of a record with what its entries say, by version, and
// names each difference.
func Check(tx *store.Tx, key *vault.Key, said map[int64][]*document.File, found func(id.Record, string)) error {
	known := map[standing]bool{}
	for version, files := range said {
		for _, f := range files {
			for i := range paddedTo(f.Size) {
				known[standing{version, place(f, i)}] = true
			}
			var what amiss
			switch err := read(tx, key, version, f, io.Discard); {
			case errors.As(err, &what):
				found(key.Record(), fmt.Sprintf("has in version %d document %d, of which %s", version, f.Number, what))
			case err != nil:
				return err
			}
		}
	}
	rows, err := store.All(tx, (*standing).scan, `select version, place from document_chunk where record = $1 order by version, place`, key.Record())
	for _, r := range rows {
		if !known[r] {
			found(key.Record(), fmt.Sprintf("has in version %d chunk %q of a document that no entry names", r.version, r.place))
		}
	}
	return err
}

type standing struct {
	version int64
	place   string
}

func (s *standing) scan() []any { return []any{&s.version, &s.place} }

// Table is where chunks are kept, each with its record.
const Table = "document_chunk"

// Wipe takes away all that is kept of a record, for the unit of work that erases.
func Wipe(tx *store.Tx, rec id.Record) error {
	_, err := tx.Exec(`delete from document_chunk where record = $1`, rec)
	return err
}
