package record

import (
	"bytes"
	"testing"
	"time"
)

// Every parser: any bytes, no panic; what is taken is written back the same; and
// an error is always of a stated class.

func classed(t *testing.T, err error) {
	t.Helper()
	if c := Class(err); c == "other" {
		t.Fatalf("an error of no class: %v", err)
	}
}

func FuzzHeader(f *testing.F) {
	f.Add(someHeader().Append(nil))
	f.Add([]byte(headerMagic))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := ParseHeader(b)
		classed(t, err)
		if err == nil && !bytes.Equal(h.Append(nil), b) {
			t.Fatal("another encoding of the same header")
		}
	})
}

func FuzzNote(f *testing.F) {
	f.Add([]byte(specCheckpoint))
	f.Add([]byte("a\n\n— b AAAAAAA=\n"))
	key, _ := ParseSigner(testLogKey)
	w, _ := ParseSigner(testWitnessKey)
	n := SignCheckpoint(Checkpoint{Origin: key.Name(), Size: 3}, key)
	line, _ := Cosign(n, w, time.Unix(1_700_000_000, 0))
	f.Add(append(n, line...))
	f.Fuzz(func(t *testing.T, b []byte) {
		cp, sigs, err := OpenCheckpoint(b, key.Verifier(), w.Verifier())
		classed(t, err)
		if err == nil {
			if len(sigs) == 0 || !bytes.HasPrefix(b, cp.Text()) {
				t.Fatal("opened something that it does not say")
			}
		}
		_, err = PeekCheckpoint(b)
		classed(t, err)
		if out, err := AddSignatures(b, line); err == nil {
			if _, _, err := splitNote(out); err != nil && len(out) < maxNote &&
				bytes.Count(out, []byte(sigPrefix)) < maxSignatures {
				t.Fatal("a signature spoiled the note:", err)
			}
		}
	})
}

func FuzzCheckpoint(f *testing.F) {
	f.Add([]byte("o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"))
	f.Add([]byte("o\n0\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\ninternal\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := ParseCheckpoint(b)
		classed(t, err)
		if err == nil && !bytes.Equal(c.Text(), b) {
			t.Fatalf("%q is written back as %q", b, c.Text())
		}
	})
}

func FuzzKeys(f *testing.F) {
	f.Add(testLogKey)
	f.Add(testWitnessKey)
	key, _ := ParseSigner(testLogKey)
	f.Add(key.Verifier().String())
	f.Fuzz(func(t *testing.T, text string) {
		v, err := ParseVerifier(text)
		classed(t, err)
		if err == nil && v.String() != text {
			t.Fatal("another text of the same key")
		}
		s, err := ParseSigner(text)
		classed(t, err)
		if err == nil && s.Text() != text {
			t.Fatal("another text of the same key")
		}
	})
}

func FuzzTilePath(f *testing.F) {
	f.Add("tile/0/x001/234.p/17")
	f.Add("tile/7/999")
	f.Fuzz(func(t *testing.T, path string) {
		tile, err := ParseTilePath(path)
		classed(t, err)
		if err == nil && tile.Path() != path {
			t.Fatal("another path of the same tile")
		}
	})
}

func FuzzProof(f *testing.F) {
	f.Add([]byte("PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n"), int64(3), int64(9))
	f.Fuzz(func(t *testing.T, b []byte, a, n int64) {
		p, err := ParseProof(b)
		classed(t, err)
		if err != nil {
			return
		}
		if !bytes.Equal(AppendProof(nil, p), b) {
			t.Fatal("another text of the same proof")
		}
		// With roots that nobody chose to fit, nothing but the trivial may hold.
		if err := VerifyConsistency(a, n, p, Hash{1}, Hash{2}); err == nil {
			t.Fatal("consistency of two made-up roots")
		}
		if err := VerifyInclusion(Hash{1}, a, n, p, Hash{2}); err == nil {
			t.Fatal("inclusion under a made-up root")
		}
	})
}

func FuzzSealed(f *testing.F) {
	k, _ := OpenKey([KeySize]byte{1})
	sealed, _ := k.SealEntry(someHeader(), []byte(`{"kind":"a"}`))
	f.Add(sealed)
	f.Add(k.Seal(someHeader().Place(), []byte("short")))
	f.Fuzz(func(t *testing.T, b []byte) {
		var s Scratch
		_, _, err := k.OpenEntry(&s, someHeader(), b)
		classed(t, err)
		_, err = k.Open(Place{Field: "x"}, b)
		if classed(t, err); err == nil {
			t.Fatal("opened what was sealed elsewhere")
		}
		_, err = Unwrap([KeySize]byte{1}, b, b)
		if classed(t, err); err == nil {
			t.Fatal("unwrapped what was never wrapped")
		}
	})
}

func FuzzBody(f *testing.F) {
	f.Add([]byte(`{"kind":"record.erased","actor":"","rule":"r","data":{"record":"000102030405060708090a0b0c0d0e0f"}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		body, err := ParseBody(b)
		classed(t, err)
		if _, _, ok := ErasedRecord(b); ok && (err != nil || body.Kind != KindErased) {
			t.Fatal("an erasure that is not a body")
		}
	})
}
