package roomtest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"heed/internal/store"
	"heed/record"
)

// nothingInTheClear reads every byte of the tables of rooms and of the entries of
// their records as somebody with the whole database would: no typed word, nobody's
// id (who began it, owns it, works it), no state, list or compartment stands there,
// nor a plain hash of one; and all tags have one width.
func nothingInTheClear(s *suite) {
	refs := s.some(4)
	s.sizesArePadded()
	var secrets [][]byte
	add := func(b []byte) {
		if len(b) == 0 {
			return
		}
		sum := sha256.Sum256(b)
		secrets = append(secrets, b, []byte(hex.EncodeToString(b)), sum[:], sum[:16])
	}
	add([]byte(s.x.word))
	add([]byte(s.room.Compartment))
	for _, ref := range refs {
		v, err := s.desk.Open(s.ctx, s.reader(ref), s.room, ref)
		s.must(err)
		add(v.By.Bytes())
		add(v.Team.Bytes())
		if !v.Owner.IsZero() {
			add(v.Owner.Bytes())
		}
	}
	for _, st := range s.room.Latest().States {
		add([]byte(st.ID))
	}
	for _, l := range s.room.Latest().Lists {
		add([]byte(l.ID))
	}
	for where, cell := range s.cells() {
		for _, secret := range secrets {
			if len(secret) > 3 && bytes.Contains(cell, secret) {
				s.t.Errorf("%s holds %q in the clear", where, secret)
			}
		}
	}
}

// sizesArePadded: what is sealed of a record has one of a few sizes (rows that the
// clause about plans has filled in seal nothing).
func (s *suite) sizesArePadded() {
	for _, query := range []string{`select length(sealed) from entry where sealed is not null`,
		`select length(state) from room_record_v1 where length(state) > 0`} {
		s.must(s.w.Store.View(s.ctx, func(tx *store.Tx) error {
			sizes, err := store.All(tx, func(n *int) []any { return []any{n} }, query)
			for _, n := range sizes {
				if n -= record.SealedOverhead; n != record.PaddedSize(n) {
					s.t.Errorf("%s: one of %d bytes, which is no padded size", query, n)
				}
			}
			return err
		}))
	}
}

// cells are all bytes of the rooms' tables and of entries, by place.
func (s *suite) cells() map[string][]byte {
	out := map[string][]byte{}
	s.must(s.w.Store.View(s.ctx, func(tx *store.Tx) error {
		type picture struct {
			id, state []byte
			reference string
		}
		records, err := store.All(tx, func(r *picture) []any { return []any{&r.id, &r.state, &r.reference} },
			`select record, state, reference from room_record_v1`)
		if err != nil {
			return err
		}
		for i, r := range records {
			out[fmt.Sprintf("room_record_v1[%d]", i)] = bytes.Join([][]byte{r.id, r.state, []byte(r.reference)}, []byte{0})
		}
		type place struct{ tag, id []byte }
		places, err := store.All(tx, func(p *place) []any { return []any{&p.tag, &p.id} },
			`select tag, record from room_list_v1`)
		if err != nil {
			return err
		}
		for i, p := range places {
			if len(p.tag) != 16 {
				s.t.Errorf("a tag of %d bytes", len(p.tag))
			}
			out[fmt.Sprintf("room_list_v1[%d]", i)] = bytes.Join([][]byte{p.tag, p.id}, []byte{0})
		}
		type entry struct{ record, leaf, sealed []byte }
		entries, err := store.All(tx, func(e *entry) []any { return []any{&e.record, &e.leaf, &e.sealed} },
			`select record, leaf, sealed from entry where record in (select record from room_record_v1)`)
		for i, e := range entries {
			out[fmt.Sprintf("entry[%d]", i)] = bytes.Join([][]byte{e.record, e.leaf, e.sealed}, []byte{0})
		}
		return err
	}))
	return out
}
