package record

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"testing"
	"time"
)

var write = flag.Bool("write", false, "write testdata/vectors.json anew")

// Keys of the vectors: their seeds are SHA-256 of their names. Never use them.
var (
	testLogKey     = testKey("heed.example/log", algEd25519)
	testWitnessKey = testKey("witness.example/w1", algCosignature)
)

func testKey(name string, alg byte) string {
	seed := sha256.Sum256([]byte(name))
	s, err := signerFromSeed(name, alg, seed[:])
	if err != nil {
		panic(err)
	}
	return s.Text()
}

// vectors is the published file. Byte strings are hexadecimal unless they are
// texts; "error" is the class of failure that must result, "" for none.
type vectors struct {
	About       string              `json:"about"`
	Entries     []entryVector       `json:"entries"`
	Fields      []fieldVector       `json:"fields"`
	Wraps       []wrapVector        `json:"wraps"`
	Branches    []branchVector      `json:"branches"`
	Padding     []paddingVector     `json:"padding"`
	Roots       []rootVector        `json:"roots"`
	Inclusion   []inclusionVector   `json:"inclusion"`
	Consistency []consistencyVector `json:"consistency"`
	TilePaths   []pathVector        `json:"tile_paths"`
	Keys        []keyVector         `json:"keys"`
	Checkpoints []checkpointVector  `json:"checkpoints"`
}

type entryVector struct {
	Name    string `json:"name"`
	Key     string `json:"key"`
	Header  string `json:"header"`
	Sealed  string `json:"sealed"`
	Payload string `json:"payload,omitempty"` // text
	Leaf    string `json:"leaf,omitempty"`
	Error   string `json:"error"`
}

type fieldVector struct {
	Name    string `json:"name"`
	Key     string `json:"key"`
	Org     string `json:"org"`
	Record  string `json:"record"`
	Field   string `json:"field"` // text
	Version int64  `json:"version"`
	Sealed  string `json:"sealed"`
	Plain   string `json:"plain"` // text
	Error   string `json:"error"`
}

type wrapVector struct {
	Name    string `json:"name"`
	Key     string `json:"key"`
	Context string `json:"context"`
	Wrapped string `json:"wrapped"`
	Inner   string `json:"inner,omitempty"`
	Error   string `json:"error"`
}

// branchVector: the branch key of a compartment, and a record key wrapped by it.
type branchVector struct {
	GenerationKey string `json:"generation_key"`
	Org           string `json:"org"`
	Generation    int64  `json:"generation"`
	Compartment   string `json:"compartment"`
	BranchKey     string `json:"branch_key"`
	Record        string `json:"record"`
	Wrapped       string `json:"wrapped"`
	Inner         string `json:"inner"`
}

type paddingVector struct {
	Blinder string `json:"blinder"`
	Leaf    string `json:"leaf"`
}

// rootVector: leaves are SHA-256 of the decimal number of each leaf, except where given.
type rootVector struct {
	Size   int64    `json:"size"`
	Leaves []string `json:"leaves,omitempty"`
	Root   string   `json:"root"`
}

type inclusionVector struct {
	Name  string   `json:"name"`
	Index int64    `json:"index"`
	Size  int64    `json:"size"`
	Leaf  string   `json:"leaf_hash"`
	Proof []string `json:"proof"`
	Root  string   `json:"root"`
	Error string   `json:"error"`
}

type consistencyVector struct {
	Name    string   `json:"name"`
	Old     int64    `json:"old"`
	New     int64    `json:"new"`
	Proof   []string `json:"proof"`
	OldRoot string   `json:"old_root"`
	NewRoot string   `json:"new_root"`
	Error   string   `json:"error"`
}

type pathVector struct {
	Path  string `json:"path"`
	Level int    `json:"level"`
	Index int64  `json:"index"`
	Width int    `json:"width"`
	Error string `json:"error"`
}

type keyVector struct {
	Private string `json:"private,omitempty"`
	Public  string `json:"public"`
	Error   string `json:"error"`
}

type checkpointVector struct {
	Name     string   `json:"name"`
	Note     string   `json:"note"` // text
	Keys     []string `json:"keys"`
	Size     int64    `json:"size"`
	Root     string   `json:"root,omitempty"`
	Witness  string   `json:"witness,omitempty"`
	WitnessT int64    `json:"witness_time,omitempty"`
	Error    string   `json:"error"`
}

const vectorFile = "testdata/vectors.json"

// TestVectors holds the package against the published file, which only -write changes.
func TestVectors(t *testing.T) {
	if *write {
		b, err := json.MarshalIndent(makeVectors(t), "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(vectorFile, append(b, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(vectorFile)
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	var v vectors
	if err := dec.Decode(&v); err != nil {
		t.Fatal(err)
	}
	checkSealedVectors(t, v)
	checkTreeVectors(t, v)
	checkNoteVectors(t, v)
	good, bad := v.count()
	t.Logf("%d good and %d bad vectors", good, bad)
	if good < 56 || bad < 83 {
		t.Fatalf("%d good and %d bad vectors are fewer than were published", good, bad)
	}
}

func (v vectors) count() (good, bad int) {
	one := func(class string) {
		if class == "" {
			good++
		} else {
			bad++
		}
	}
	for _, x := range v.Entries {
		one(x.Error)
	}
	for _, x := range v.Fields {
		one(x.Error)
	}
	for _, x := range v.Wraps {
		one(x.Error)
	}
	good += len(v.Branches) + len(v.Padding) + len(v.Roots)
	for _, x := range v.Inclusion {
		one(x.Error)
	}
	for _, x := range v.Consistency {
		one(x.Error)
	}
	for _, x := range v.TilePaths {
		one(x.Error)
	}
	for _, x := range v.Keys {
		one(x.Error)
	}
	for _, x := range v.Checkpoints {
		one(x.Error)
	}
	return good, bad
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func unhash(t *testing.T, s string) (h Hash) {
	t.Helper()
	b := unhex(t, s)
	if len(b) != len(h) {
		t.Fatalf("hash of %d bytes", len(b))
	}
	return Hash(b)
}

func unhashes(t *testing.T, in []string) (out []Hash) {
	for _, s := range in {
		out = append(out, unhash(t, s))
	}
	return out
}

func want(t *testing.T, err error, class, what string) bool {
	t.Helper()
	if Class(err) != class {
		t.Errorf("%s: %q in place of %q: %v", what, Class(err), class, err)
	}
	return err == nil && class == ""
}

func checkSealedVectors(t *testing.T, v vectors) {
	for _, x := range v.Entries {
		k, err := OpenKey([KeySize]byte(unhex(t, x.Key)))
		if err != nil {
			t.Fatal(err)
		}
		h, err := ParseHeader(unhex(t, x.Header))
		var payload []byte
		var leaf [32]byte
		if err == nil {
			payload, leaf, err = k.OpenEntry(new(Scratch), h, unhex(t, x.Sealed))
		}
		if want(t, err, x.Error, x.Name) && (string(payload) != x.Payload || hex.EncodeToString(leaf[:]) != x.Leaf) {
			t.Errorf("%s: payload %s leaf %x", x.Name, payload, leaf)
		}
	}
	for _, x := range v.Fields {
		k, err := OpenKey([KeySize]byte(unhex(t, x.Key)))
		if err != nil {
			t.Fatal(err)
		}
		p := Place{[16]byte(unhex(t, x.Org)), [16]byte(unhex(t, x.Record)), x.Field, x.Version}
		got, err := k.Open(p, unhex(t, x.Sealed))
		if want(t, err, x.Error, x.Name) && string(got) != x.Plain {
			t.Errorf("%s: %s", x.Name, got)
		}
	}
	for _, x := range v.Wraps {
		got, err := Unwrap([KeySize]byte(unhex(t, x.Key)), unhex(t, x.Context), unhex(t, x.Wrapped))
		if want(t, err, x.Error, x.Name) && hex.EncodeToString(got[:]) != x.Inner {
			t.Errorf("%s: %x", x.Name, got)
		}
	}
	for _, x := range v.Branches {
		raw, org, rec := [KeySize]byte(unhex(t, x.GenerationKey)), [16]byte(unhex(t, x.Org)), [16]byte(unhex(t, x.Record))
		branch, err := BranchKey(raw, org, x.Generation, Compartment(x.Compartment))
		if err != nil || hex.EncodeToString(branch[:]) != x.BranchKey {
			t.Errorf("branch %s: %x %v", x.Compartment, branch, err)
		}
		b, err := OpenBranches(raw, org, x.Generation)
		if err != nil {
			t.Fatal(err)
		}
		inner, in, err := b.Unwrap(rec, unhex(t, x.Wrapped))
		if err != nil || string(in) != x.Compartment || hex.EncodeToString(inner[:]) != x.Inner {
			t.Errorf("a record key of %s opens as %x of %s: %v", x.Compartment, inner, in, err)
		}
		for _, other := range compartments {
			branch, _ := BranchKey(raw, org, x.Generation, other)
			if _, err := Unwrap(branch, RecordKeyContext(org, rec, x.Generation),
				unhex(t, x.Wrapped)); (err == nil) != (other == in) {
				t.Errorf("a record key of %s under the branch %s: %v", x.Compartment, other, err)
			}
		}
	}
	for _, x := range v.Padding {
		if got := PaddingLeaf([BlinderSize]byte(unhex(t, x.Blinder))); hex.EncodeToString(got[:]) != x.Leaf {
			t.Errorf("padding %x", got)
		}
	}
}

func checkTreeVectors(t *testing.T, v vectors) {
	for _, x := range v.Roots {
		var tree Tree
		if x.Leaves != nil {
			for _, l := range x.Leaves { // RFC 6962 vectors have leaves of other lengths than 32
				tree.Append(sha256.Sum256(append([]byte{0}, unhex(t, l)...)))
			}
		} else {
			for i := range x.Size {
				tree.AppendLeaf(vectorLeaf(i))
			}
		}
		if tree.Size() != x.Size || tree.Root() != unhash(t, x.Root) {
			t.Errorf("root of %d leaves: %x", x.Size, tree.Root())
		}
	}
	for _, x := range v.Inclusion {
		want(t, VerifyInclusion(unhash(t, x.Leaf), x.Index, x.Size, unhashes(t, x.Proof), unhash(t, x.Root)), x.Error, x.Name)
	}
	for _, x := range v.Consistency {
		want(t, VerifyConsistency(x.Old, x.New, unhashes(t, x.Proof), unhash(t, x.OldRoot), unhash(t, x.NewRoot)),
			x.Error, x.Name)
	}
	for _, x := range v.TilePaths {
		got, err := ParseTilePath(x.Path)
		if want(t, err, x.Error, x.Path) && got != (Tile{x.Level, x.Index, x.Width}) {
			t.Errorf("%s: %v", x.Path, got)
		}
	}
}

func checkNoteVectors(t *testing.T, v vectors) {
	for _, x := range v.Keys {
		got, err := ParseVerifier(x.Public)
		if want(t, err, x.Error, x.Public) && x.Private != "" {
			s, err := ParseSigner(x.Private)
			if err != nil || s.Verifier() != got {
				t.Errorf("%s: %v", x.Public, err)
			}
		}
	}
	for _, x := range v.Checkpoints {
		var keys []Verifier
		for _, k := range x.Keys {
			v, err := ParseVerifier(k)
			if err != nil {
				t.Fatal(err)
			}
			keys = append(keys, v)
		}
		cp, sigs, err := OpenCheckpoint([]byte(x.Note), keys...)
		if !want(t, err, x.Error, x.Name) {
			continue
		}
		if cp.Size != x.Size || cp.Root != unhash(t, x.Root) {
			t.Errorf("%s: %v", x.Name, cp)
		}
		if x.Witness != "" {
			last := sigs[len(sigs)-1]
			if last.Verifier.Name() != x.Witness || last.Time.Unix() != x.WitnessT {
				t.Errorf("%s: witnessed by %v", x.Name, last)
			}
		}
	}
}

func vectorLeaf(i int64) [32]byte { return sha256.Sum256(fmt.Append(nil, i)) }

// The leaves of the test vectors of the first certificate transparency log
// implementation, and their roots for 1 to 8 leaves (also in RFC 6962 libraries).
var rfcLeaves = []string{"", "00", "10", "2021", "3031", "40414243", "5051525354555657",
	"606162636465666768696a6b6c6d6e6f"}

var rfcRoots = []string{
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}

// makeVectors is run by -write only; sealed parts have random nonces, so a new file differs.
func makeVectors(t *testing.T) vectors {
	v := vectors{About: "Test vectors of Heed's record format. Byte strings are hexadecimal except notes, payloads, " +
		"plain texts, fields and paths. " +
		"error is the class of failure that must result. Leaf i of a root without leaves is SHA-256 of i in decimal ASCII. " +
		"The keys are public: never use them."}
	addSealed(t, &v)
	addTree(t, &v)
	addNotes(t, &v)
	return v
}

func hexes(in []Hash) []string {
	out := []string{}
	for _, h := range in {
		out = append(out, hex.EncodeToString(h[:]))
	}
	return out
}

func hexID(from byte) string { b := someID(from); return hex.EncodeToString(b[:]) }

func addSealed(t *testing.T, v *vectors) {
	raw := sha256.Sum256([]byte("record key"))
	key := hex.EncodeToString(raw[:])
	k, err := OpenKey(raw)
	if err != nil {
		t.Fatal(err)
	}
	h := someHeader()
	payload := `{"kind":"concern.raised","actor":"0102030405060708090a0b0c0d0e0f10","role":"worker","rule":"raise-own-organisation","data":{"words":"ڈر، strach, 😟"}}`
	sealed, leaf := k.SealEntry(h, []byte(payload))
	entry := func(name string, h []byte, sealed []byte, class string) {
		x := entryVector{Name: name, Key: key, Header: hex.EncodeToString(h), Sealed: hex.EncodeToString(sealed),
			Error: class}
		if class == "" {
			x.Payload, x.Leaf = payload, hex.EncodeToString(leaf[:])
		}
		v.Entries = append(v.Entries, x)
	}
	entry("an entry", h.Append(nil), sealed, "")
	moved := func(fn func(*Header)) []byte { c := h; fn(&c); return c.Append(nil) }
	entry("of another organisation", moved(func(h *Header) { h.Org[0]++ }), sealed, "authentic")
	entry("of another record", moved(func(h *Header) { h.Record[15]++ }), sealed, "authentic")
	entry("of another entry", moved(func(h *Header) { h.Entry[7]++ }), sealed, "authentic")
	entry("of another version", moved(func(h *Header) { h.Version++ }), sealed, "authentic")
	entry("a bit of the ciphertext", h.Append(nil), flip(sealed, 40), "authentic")
	entry("a bit of the nonce", h.Append(nil), flip(sealed, 3), "authentic")
	entry("a bit of the tag", h.Append(nil), flip(sealed, len(sealed)-1), "authentic")
	entry("another form", h.Append(nil), flip(sealed, 0), "format")
	entry("cut by one byte", h.Append(nil), sealed[:len(sealed)-1], "authentic")
	entry("cut to nothing", h.Append(nil), nil, "format")
	entry("shorter than a tag", h.Append(nil), sealed[:28], "format")
	entry("without a blinder", h.Append(nil), k.Seal(h.Place(), []byte("short")), "format")
	entry("header cut", h.Append(nil)[:92], sealed, "format")
	entry("header of another form", flip(h.Append(nil), 11), sealed, "format")
	entry("header of the first form", append([]byte("heed/entry/1\n"), h.Append(nil)[13:85]...), sealed, "format")
	h2 := h
	h2.Version, h2.At = 0, -1
	payload = `{"kind":"concern.viewed","actor":"","rule":"system"}`
	sealed, leaf = k.SealEntry(h2, []byte(payload))
	entry("a reading, before 1970", h2.Append(nil), sealed, "")

	p := Place{someID(1), someID(40), "concern_v1.body", 3}
	field := func(name string, p Place, sealed []byte, class string) {
		v.Fields = append(v.Fields, fieldVector{name, key, hex.EncodeToString(p.Org[:]), hex.EncodeToString(p.Record[:]),
			p.Field, p.Version, hex.EncodeToString(sealed), "what was said", class})
	}
	s := k.Seal(p, []byte("what was said"))
	field("a field", p, s, "")
	field("in another field", Place{p.Org, p.Record, "concern_v1.bodz", 3}, s, "authentic")
	field("in another version", Place{p.Org, p.Record, p.Field, 2}, s, "authentic")
	field("in another record", Place{p.Org, p.Org, p.Field, 3}, s, "authentic")
	field("in another organisation", Place{p.Record, p.Record, p.Field, 3}, s, "authentic")

	inner := sha256.Sum256([]byte("inner"))
	ctx := RecordKeyContext(someID(1), someID(40), 12)
	wrap := func(name string, ctx, wrapped []byte, class string) {
		x := wrapVector{Name: name, Key: key, Context: hex.EncodeToString(ctx), Wrapped: hex.EncodeToString(wrapped),
			Error: class}
		if class == "" {
			x.Inner = hex.EncodeToString(inner[:])
		}
		v.Wraps = append(v.Wraps, x)
	}
	w := Wrap(raw, ctx, inner)
	wrap("a record key", ctx, w, "")
	wrap("a generation key", GenerationContext(someID(1), 12), Wrap(raw, GenerationContext(someID(1), 12), inner), "")
	branched := func(in Compartment) []byte {
		b, err := OpenBranches(raw, someID(1), 12)
		if err != nil {
			t.Fatal(err)
		}
		w, err := b.Wrap(in, someID(40), inner)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	for _, in := range compartments {
		branch, err := BranchKey(raw, someID(1), 12, in)
		if err != nil {
			t.Fatal(err)
		}
		v.Branches = append(v.Branches, branchVector{key, hexID(1), 12, string(in), hex.EncodeToString(branch[:]),
			hexID(40), hex.EncodeToString(branched(in)), hex.EncodeToString(inner[:])})
	}
	wrap("of another generation", RecordKeyContext(someID(1), someID(40), 13), w, "authentic")
	wrap("a bit of it", ctx, flip(w, 30), "authentic")
	wrap("cut", ctx, w[:60], "format")
	wrap("longer", ctx, append(bytes.Clone(w), 0), "format")
	for _, b := range []byte{0, 7} {
		blinder := someID(b)
		l := PaddingLeaf(blinder)
		v.Padding = append(v.Padding, paddingVector{hex.EncodeToString(blinder[:]), hex.EncodeToString(l[:])})
	}
}

func addTree(t *testing.T, v *vectors) {
	for i, root := range rfcRoots {
		v.Roots = append(v.Roots, rootVector{Size: int64(i + 1), Leaves: rfcLeaves[:i+1], Root: root})
	}
	s := store{tiles: map[string][]byte{}}
	for _, n := range []int64{0, 1, 2, 3, 7, 8, 255, 256, 257, 1000} {
		for s.tree.Size() < n {
			h := LeafHash(vectorLeaf(s.tree.Size()))
			s.leaves = append(s.leaves, h)
			s.tree.Append(h)
		}
		r := s.tree.Root()
		v.Roots = append(v.Roots, rootVector{Size: n, Root: hex.EncodeToString(r[:])})
	}
	for _, tile := range NewTiles(0, 1000) {
		s.tiles[tile.Path()] = s.make(tile)
	}
	if err := VerifyTiles(context.Background(), s.read, s.checkpoint(), nil); err != nil {
		t.Fatal(err)
	}
	rootOf := func(n int64) Hash {
		h, err := RootFromTiles(s.read, n, 1000)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	root := rootOf(1000)
	hx := func(h Hash) string { return hex.EncodeToString(h[:]) }
	for _, i := range []int64{0, 1, 254, 255, 256, 511, 512, 767, 768, 999} {
		p, err := InclusionProof(s.read, i, 1000)
		if err != nil {
			t.Fatal(err)
		}
		leaf := s.leaves[i]
		add := func(name string, index, size int64, leaf Hash, p []Hash, class string) {
			v.Inclusion = append(v.Inclusion, inclusionVector{fmt.Sprintf("%s %d", name, i), index, size, hx(leaf), hexes(p),
				hx(root), class})
		}
		add("leaf", i, 1000, leaf, p, "")
		if i == 255 {
			add("another leaf at", i, 1000, s.leaves[254], p, "proof")
			add("another index than", i-1, 1000, leaf, p, "proof")
			add("too short, leaf", i, 1000, leaf, p[:len(p)-1], "proof")
			add("too long, leaf", i, 1000, leaf, append(append([]Hash{}, p...), Hash{}), "proof")
			add("another size, leaf", i, 2000, leaf, p, "proof")
			add("outside, leaf", 1000, 1000, leaf, p, "format")
			add("negative, leaf", -1, 1000, leaf, p, "format")
		}
	}
	for _, n := range []int64{0, 1, 2, 3, 255, 256, 257, 512, 768, 999, 1000} {
		p, err := ConsistencyProof(s.read, n, 1000)
		if err != nil {
			t.Fatal(err)
		}
		old := rootOf(n)
		add := func(name string, n int64, old Hash, p []Hash, class string) {
			v.Consistency = append(v.Consistency, consistencyVector{fmt.Sprintf("%s %d", name, n), n, 1000, hexes(p), hx(old),
				hx(root), class})
		}
		add("from", n, old, p, "")
		add("another old root, from", n, rootOf((n+7)%900), p, "proof")
		if len(p) > 1 {
			add("without its last hash, from", n, old, p[:len(p)-1], "proof")
			add("in another order, from", n, old, append(append([]Hash{}, p[1:]...), p[0]), "proof")
		}
	}
	v.Consistency = append(v.Consistency, consistencyVector{"a tree that shrank", 1000, 999, []string{}, hx(root),
		hx(rootOf(999)), "format"})
	for _, p := range []string{"tile/0/000", "tile/0/255.p/1", "tile/1/x001/234.p/255", "tile/0/x001/x234/067",
		"tile/7/999"} {
		tile, err := ParseTilePath(p)
		if err != nil {
			t.Fatal(err)
		}
		v.TilePaths = append(v.TilePaths, pathVector{p, tile.Level, tile.Index, tile.Width, ""})
	}
	for _, p := range []string{"tile/0/0", "tile/0/x000/001", "tile/8/000", "tile/0/000.p/0", "tile/0/000.p/256",
		"tile/0/000.p/07", "tile/00/000", "tile/0/001/002", "tile/0/000/../001"} {
		v.TilePaths = append(v.TilePaths, pathVector{Path: p, Error: "format"})
	}
}

func addNotes(t *testing.T, v *vectors) {
	key, err := ParseSigner(testLogKey)
	w, err2 := ParseSigner(testWitnessKey)
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	pub, wpub := key.Verifier().String(), w.Verifier().String()
	v.Keys = []keyVector{{testLogKey, pub, ""}, {testWitnessKey, wpub, ""},
		{"", pub[:len(pub)-4] + "AAA=", "format"}, {"", "heed.example/log+00000000+" +
			pub[len("heed.example/log+00000000+"):], "format"},
		{"", "heed example" + pub[len("heed.example"):], "format"}, {"", "", "format"}}
	root := Hash(sha256.Sum256([]byte("root")))
	cp := Checkpoint{Origin: key.Name(), Size: 1000, Root: root}
	n := SignCheckpoint(cp, key)
	at := time.Unix(1_772_366_400, 0)
	line, err := Cosign(n, w, at)
	if err != nil {
		t.Fatal(err)
	}
	both, err := AddSignatures(n, line)
	if err != nil {
		t.Fatal(err)
	}
	add := func(name string, note []byte, class string, keys ...string) {
		x := checkpointVector{Name: name, Note: string(note), Keys: keys, Error: class}
		if class == "" {
			x.Size, x.Root = cp.Size, hex.EncodeToString(root[:])
		}
		v.Checkpoints = append(v.Checkpoints, x)
	}
	add("signed by its log", n, "", pub)
	add("cosigned", both, "", pub, wpub)
	last := &v.Checkpoints[len(v.Checkpoints)-1]
	last.Witness, last.WitnessT = w.Name(), at.Unix()
	add("cosigned by somebody unknown", both, "", pub)
	add("cosigned, but by no known log", both, "unsigned", wpub)
	add("no known key", both, "unsigned", testVerifier("other.example", algEd25519))
	add("another size", bytes.Replace(both, []byte("\n1000\n"), []byte("\n1001\n"), 1), "signature", pub)
	add("the cosignature's time changed", bytes.Replace(both, line, []byte(shiftTime(t, string(line))), 1),
		"signature", pub, wpub)
	add("no empty line", bytes.Replace(both, []byte("\n\n"), []byte("\n"), 1), "format", pub)
	add("cut", both[:len(both)-1], "format", pub)
	add("carriage return", bytes.Replace(both, []byte("\n1000\n"), []byte("\r\n1000\r\n"), 1), "format", pub)
	for name, text := range map[string]string{"size with a zero in front": "heed.example/log\n01000\n" +
		root.String() + "\n",
		"size below zero": "heed.example/log\n-1\n" + root.String() + "\n",
		"root too short":  "heed.example/log\n1000\nAAAA\n",
		"two lines":       "heed.example/log\n1000\n", "an empty extension line": "heed.example/log\n1000\n" + root.String() +
			"\n\nx\n"} {
		add(name, append([]byte(text+"\n"), key.signatureLine([]byte(text), 0)...), "format", pub)
	}
	text := Checkpoint{Origin: "other.example/log", Size: 1, Root: root}.Text()
	add("one log's key under another's origin", append(append(text, '\n'), key.signatureLine(text, 0)...), "unsigned", pub)
}

func testVerifier(name string, alg byte) string {
	s, err := ParseSigner(testKey(name, alg))
	if err != nil {
		panic(err)
	}
	return s.Verifier().String()
}

// shiftTime moves a cosignature's time by a second without signing again.
func shiftTime(t *testing.T, line string) string {
	r, err := parseSignature(line)
	if err != nil {
		t.Fatal(err)
	}
	w, err := ParseSigner(testWitnessKey)
	if err != nil {
		t.Fatal(err)
	}
	r.sig[7]++
	return sigLine(w.verifier, r.sig)
}
