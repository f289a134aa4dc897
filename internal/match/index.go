package match

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
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

// Index is the tokens of living records in the memory of this process. It is made
// when the program starts, from what is sealed with the records, and kept up as
// entries come. It is written nowhere, and its key is this process's own: what it
// holds says nothing beside that key, not even to another process on the same
// records. Safe for concurrent use.
type Index struct {
	key [32]byte

	mu      sync.RWMutex
	records map[keyed][]id.Record
	tokens  map[id.Record][]keyed
	places  map[Place]int
	at      map[id.Record]Place
}

// NewIndex makes an empty index with a key of its own.
func NewIndex() *Index {
	x := &Index{
		records: map[keyed][]id.Record{}, tokens: map[id.Record][]keyed{},
		places: map[Place]int{}, at: map[id.Record]Place{},
	}
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

// Put says what a record's tokens are now, in place of what they were.
func (x *Index) Put(at Place, rec id.Record, t Tokens) {
	x.Remove(rec)
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, token := range t.All {
		k := x.keyed(at, token)
		x.records[k] = append(x.records[k], rec)
		x.tokens[rec] = append(x.tokens[rec], k)
	}
	x.at[rec] = at
	x.places[at]++
}

// Remove forgets a record, for its erasure.
func (x *Index) Remove(rec id.Record) {
	x.mu.Lock()
	defer x.mu.Unlock()
	at, there := x.at[rec]
	if !there {
		return
	}
	for _, k := range x.tokens[rec] {
		x.records[k] = slices.DeleteFunc(x.records[k], func(r id.Record) bool { return r == rec })
		if len(x.records[k]) == 0 {
			delete(x.records, k)
		}
	}
	delete(x.tokens, rec)
	delete(x.at, rec)
	if x.places[at]--; x.places[at] == 0 {
		delete(x.places, at)
	}
}

// Others are the records of a place that have a token in common with these, but the
// one that is asked for. Their order says nothing: neither when they began nor how
// many tokens they share.
func (x *Index) Others(at Place, rec id.Record, t Tokens) []id.Record {
	x.mu.RLock()
	defer x.mu.RUnlock()
	var out []id.Record
	for _, token := range t.All {
		for _, r := range x.records[x.keyed(at, token)] {
			if r != rec && !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
	}
	slices.SortFunc(out, func(a, b id.Record) int {
		return bytes.Compare(x.sum(a.Bytes()), x.sum(b.Bytes()))
	})
	return out
}

// Size is how many records a place has.
func (x *Index) Size(at Place) int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.places[at]
}
