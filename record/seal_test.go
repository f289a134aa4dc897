package record

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"testing"
)

func someID(n byte) (out [16]byte) {
	for i := range out {
		out[i] = n + byte(i)
	}
	return out
}

func someHeader() Header {
	return Header{Org: someID(1), Record: someID(40), Entry: someID(90), Version: 3, At: 1772366400000000,
		Generation: 12, Room: 3}
}

func TestHeader(t *testing.T) {
	h := someHeader()
	b := h.Append(nil)
	got, err := ParseHeader(b)
	if err != nil || got != h || len(b) != HeaderSize || HeaderSize != 93 {
		t.Fatalf("%v %v %d", got, err, len(b))
	}
	for _, bad := range [][]byte{nil, b[:92], append(bytes.Clone(b), 0), flip(b, 2)} {
		if _, err := ParseHeader(bad); Class(err) != "format" {
			t.Errorf("%x: %v", bad, err)
		}
	}
}

// TestLeafIsHMAC holds the hand-written HMAC against the standard library's.
func TestLeafIsHMAC(t *testing.T) {
	for range 100 {
		var blinder [16]byte
		rand.Read(blinder[:])
		h := someHeader()
		rand.Read(h.Entry[:])
		sealed := make([]byte, 40+blinder[0])
		rand.Read(sealed)
		m := hmac.New(sha256.New, blinder[:])
		sum := sha256.Sum256(sealed)
		m.Write(h.Append(nil))
		m.Write(sum[:])
		if got := Leaf(blinder, h, sealed); !bytes.Equal(got[:], m.Sum(nil)) {
			t.Fatal("leaf is not the HMAC that the package describes")
		}
		m = hmac.New(sha256.New, blinder[:])
		m.Write([]byte("heed/padding/1\n"))
		if got := PaddingLeaf(blinder); !bytes.Equal(got[:], m.Sum(nil)) {
			t.Fatal("padding leaf")
		}
	}
}

func mustKey(t testing.TB) *RecordKey {
	k, err := OpenKey(NewRecordKey())
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// TestSwapEveryPair is promise C5: every pair of 50 ciphertexts swapped, each byte of
// 20 flipped, cuts, and other keys: all refused.
func TestSwapEveryPair(t *testing.T) {
	type item struct {
		key    *RecordKey
		place  Place
		sealed []byte
	}
	var items []item
	for org := range byte(2) {
		for rec := range byte(5) {
			key := mustKey(t)
			for v := range int64(5) {
				p := Place{someID(org), someID(100 + rec), fmt.Sprint("concern.field", v%2), v}
				items = append(items, item{key, p, key.Seal(p, []byte("words that were said"))})
			}
		}
	}
	if len(items) != 50 {
		t.Fatal(len(items))
	}
	for i, a := range items {
		for j, b := range items {
			got, err := a.key.Open(a.place, b.sealed)
			if i == j && (err != nil || string(got) != "words that were said") {
				t.Fatalf("control: %v", err)
			}
			if i != j && Class(err) != "authentic" {
				t.Fatalf("ciphertext %d opened in the place of %d: %v", j, i, err)
			}
		}
	}
	for _, a := range items[:20] {
		for i := range a.sealed {
			if _, err := a.key.Open(a.place, flip(a.sealed, i)); err == nil {
				t.Fatalf("byte %d flipped and opened", i)
			}
			if _, err := a.key.Open(a.place, a.sealed[:i]); err == nil {
				t.Fatalf("cut at %d and opened", i)
			}
		}
	}
}

func TestWrap(t *testing.T) {
	kek, key := NewRecordKey(), NewRecordKey()
	org, rec := someID(1), someID(2)
	w := Wrap(kek, RecordKeyContext(org, rec, 5), key)
	got, err := Unwrap(kek, RecordKeyContext(org, rec, 5), w)
	if err != nil || got != key || len(w) != WrappedSize {
		t.Fatal(err, len(w))
	}
	for name, ctx := range map[string][]byte{"generation": RecordKeyContext(org, rec, 6),
		"record": RecordKeyContext(org, org, 5),
		"org":    RecordKeyContext(rec, rec, 5), "kind": GenerationContext(org, 5), "none": nil} {
		if _, err := Unwrap(kek, ctx, w); Class(err) != "authentic" {
			t.Errorf("other %s: %v", name, err)
		}
	}
	if _, err := Unwrap(key, RecordKeyContext(org, rec, 5), w); Class(err) != "authentic" {
		t.Errorf("other key: %v", err)
	}
	// A wrapped key is not a sealed field, even under the same key and the same bytes of context.
	k, _ := OpenKey(kek)
	if _, err := k.Open(Place{Org: org, Record: rec}, w); err == nil {
		t.Error("a wrapped key opened as a field")
	}
}

func TestEntryRoundTrip(t *testing.T) {
	k, h := mustKey(t), someHeader()
	body := EntryBody{Kind: "concern.raised", Actor: "a", Rule: "r", Data: []byte(`{ "a": "<b>" }`)}
	payload, err := body.Append(nil)
	if err != nil || string(payload) != `{"kind":"concern.raised","actor":"a","rule":"r","data":{"a":"<b>"}}` {
		t.Fatalf("%s %v", payload, err)
	}
	sealed, leaf := k.SealEntry(h, payload)
	var s Scratch
	got, again, err := k.OpenEntry(&s, h, sealed)
	if err != nil || leaf != again || !bytes.Equal(got, payload) {
		t.Fatal(err)
	}
	plain, err := k.Open(h.Place(), sealed)
	if err != nil || !bytes.Equal(bytes.TrimRight(plain[BlinderSize:], " "), payload) {
		t.Fatal("the slow way gives something else", err)
	}
	// At and Generation are not in the place: a change opens, and the leaf tells.
	h2 := h
	h2.At++
	if _, l, err := k.OpenEntry(&s, h2, sealed); err != nil || l == leaf {
		t.Fatal("a changed time is not seen in the leaf")
	}
	h2 = h
	h2.Version++
	if _, _, err := k.OpenEntry(&s, h2, sealed); Class(err) != "authentic" {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "{}", `{"kind":"a","actor":"","rule":""}x`, `{"kind":"a","score":1}`, `[]`} {
		if _, err := ParseBody([]byte(bad)); Class(err) != "format" {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestNoAllocations(t *testing.T) {
	k, h := mustKey(t), someHeader()
	sealed, _ := k.SealEntry(h, make([]byte, 200))
	var s Scratch
	var tree Tree
	n := testing.AllocsPerRun(100, func() {
		_, leaf, err := k.OpenEntry(&s, h, sealed)
		if err != nil {
			t.Fatal(err)
		}
		tree.AppendLeaf(leaf)
	})
	if n != 0 {
		t.Fatalf("%v allocations for each entry", n)
	}
}
