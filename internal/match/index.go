package match

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"maps"
	"slices"
	"sync"

	"heed/internal/id"
	"heed/record"
)

// Place is where a match may be: within one organisation and compartment.
type Place struct {
	Org id.Org
	In  record.Compartment
}

// keyed is a token under the key of this process, bound to its place.
type keyed [16]byte

// held is what the index has of a record.
type held struct {
	version int64
	tokens  []keyed
}

// Index is the tokens of living records in the memory of this process. It is made
// when the program starts, from what is sealed with the records, and kept up as
// entries come. It is written nowhere, and its key is this process's own: what it
// holds says nothing beside that key, not even to another process on the same
// records. Safe for concurrent use.
type Index struct {
	key [32]byte

	mu      sync.RWMutex
	records map[keyed][]id.Record
	held    map[id.Record]held
}

// NewIndex makes an empty index with a key of its own.
func NewIndex() *Index {
	x := &Index{records: map[keyed][]id.Record{}, held: map[id.Record]held{}}
	rand.Read(x.key[:])
	return x
}

func (x *Index) sum(parts ...[]byte) []byte {
	mac := hmac.New(sha256.New, x.key[:])
	for _, p := range parts {
		mac.Write([]byte{byte(len(p))})
		mac.Write(p)
	}
	return mac.Sum(nil)
}

func (x *Index) keyed(at Place, t Token) keyed {
	return keyed(x.sum(at.Org.Bytes(), []byte(at.In), t[:])[:16])
}

// Put says what a record's tokens are at a version, in place of what they were. Readers of
// older and newer snapshots come in any order: what is known of a later version stays.
func (x *Index) Put(at Place, rec id.Record, version int64, t Tokens) {
	is := held{version, make([]keyed, len(t.All))}
	for i, token := range t.All {
		is.tokens[i] = x.keyed(at, token)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	was, there := x.held[rec]
	if there && was.version > version {
		return
	}
	x.forget(rec, was)
	for _, k := range is.tokens {
		x.records[k] = append(x.records[k], rec)
	}
	x.held[rec] = is
}

// forget takes a record away; x.mu is held.
func (x *Index) forget(rec id.Record, was held) {
	for _, k := range was.tokens {
		x.records[k] = slices.DeleteFunc(x.records[k], func(r id.Record) bool { return r == rec })
		if len(x.records[k]) == 0 {
			delete(x.records, k)
		}
	}
	delete(x.held, rec)
}

// Remove forgets a record, for its erasure.
func (x *Index) Remove(rec id.Record) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.forget(rec, x.held[rec])
}

// Version is that at which a record's tokens are known; 0 where none is.
func (x *Index) Version(rec id.Record) int64 {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.held[rec].version
}

// Records are all that the index has, to be held to those that are there.
func (x *Index) Records() []id.Record {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return slices.Collect(maps.Keys(x.held))
}

// Earlier are the records of a place that have a token in common with these, and began before
// the one that is asked for: a record's id begins with the time at which it was made. The oldest
// is the first, so that what somebody writes to hide an earlier one comes after it.
func (x *Index) Earlier(at Place, than id.Record, t Tokens) []id.Record {
	x.mu.RLock()
	defer x.mu.RUnlock()
	found := map[id.Record]bool{}
	for _, token := range t.All {
		for _, r := range x.records[x.keyed(at, token)] {
			if inTime(r, than) < 0 {
				found[r] = true
			}
		}
	}
	return slices.SortedFunc(maps.Keys(found), inTime)
}

// inTime orders records by when they were made.
func inTime(a, b id.Record) int { return bytes.Compare(a.Bytes(), b.Bytes()) }
