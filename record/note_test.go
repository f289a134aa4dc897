package record

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
)

func mustSigner(t testing.TB, s Signer, err error) Signer {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func logKey(t testing.TB, name string) Signer {
	s, err := NewSigner(name)
	return mustSigner(t, s, err)
}

func witnessKey(t testing.TB, name string) Signer {
	s, err := NewCosigner(name)
	return mustSigner(t, s, err)
}

// TestNotesAgreeWithSumdb signs here and opens there, and the other way round.
func TestNotesAgreeWithSumdb(t *testing.T) {
	key := logKey(t, "heed.example/log")
	cp := Checkpoint{Origin: "heed.example/log", Size: 20852163, Root: Hash{1, 2, 3}}
	signed := SignCheckpoint(cp, key)

	v, err := note.NewVerifier(key.Verifier().String())
	if err != nil {
		t.Fatal(err)
	}
	n, err := note.Open(signed, note.VerifierList(v))
	if err != nil || n.Text != string(cp.Text()) {
		t.Fatalf("sumdb does not open it: %v", err)
	}
	s, err := note.NewSigner(key.Text())
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := note.Sign(&note.Note{Text: string(cp.Text())}, s)
	if err != nil || !bytes.Equal(theirs, signed) {
		t.Fatalf("sumdb writes another note: %v\n%s\n%s", err, theirs, signed)
	}
	got, sigs, err := OpenCheckpoint(theirs, key.Verifier())
	if err != nil || got.Size != cp.Size || got.Root != cp.Root || len(sigs) != 1 {
		t.Fatalf("%v %v %v", got, sigs, err)
	}

	skey, vkey, err := note.GenerateKey(nil, "heed.example/other")
	if err != nil {
		t.Fatal(err)
	}
	theirKey, err := ParseSigner(skey)
	if err != nil || theirKey.Verifier().String() != vkey || theirKey.Text() != skey {
		t.Fatalf("sumdb's key: %v", err)
	}
}

// The example of C2SP tlog-cosignature: its log's line, and its witness's line, taken apart.
const specCheckpoint = `example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
`

func TestSpecExampleIsRead(t *testing.T) {
	cp, err := PeekCheckpoint([]byte(specCheckpoint))
	if err != nil || cp.Origin != "example.com/behind-the-sofa" || cp.Size != 20852163 {
		t.Fatalf("%v %v", cp, err)
	}
	text, sigs, err := splitNote([]byte(specCheckpoint))
	if err != nil || len(sigs) != 2 {
		t.Fatal(err)
	}
	if got := string(cosigned(text, 1679315147)); !strings.HasPrefix(got,
		"cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n") || !strings.HasSuffix(got, "q2I=\n") {
		t.Fatalf("signed message %q", got)
	}
	if len(sigs[1].sig) != 72 || sigs[1].sig[7] != 0xcb {
		t.Fatalf("timestamp %x", sigs[1].sig[:8])
	}
}

func TestCosignature(t *testing.T) {
	key, w1, w2 := logKey(t, "heed.example/log"), witnessKey(t, "w1.example"), witnessKey(t, "w2.example")
	cp := Checkpoint{Origin: key.Name(), Size: 7, Root: Hash{7}}
	n := SignCheckpoint(cp, key)
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	line, err := Cosign(n, w1, at)
	if err != nil {
		t.Fatal(err)
	}
	both, err := AddSignatures(n, line, line)
	if err != nil || bytes.Count(both, []byte("w1.example")) != 1 {
		t.Fatal(err, string(both))
	}
	got, sigs, err := OpenCheckpoint(both, key.Verifier(), w1.Verifier(), w2.Verifier())
	if err != nil || got.Size != 7 || len(sigs) != 2 || !sigs[1].Time.Equal(at) || sigs[1].Verifier != w1.Verifier() {
		t.Fatalf("%v %v", sigs, err)
	}
	for name, x := range map[string]struct {
		note  []byte
		by    []Verifier
		class string
	}{
		"only the witness": {both, []Verifier{w1.Verifier()}, "unsigned"},
		"nobody known":     {both, []Verifier{w2.Verifier()}, "unsigned"},
		"text changed": {bytes.Replace(both, []byte("\n7\n"), []byte("\n8\n"), 1), []Verifier{key.Verifier()},
			"signature"},
		"cosignature changed": {otherLetter(both, len(both)-20), []Verifier{key.Verifier(), w1.Verifier()}, "signature"},
		"no signature":        {cp.Text(), []Verifier{key.Verifier()}, "format"},
	} {
		if _, _, err := OpenCheckpoint(x.note, x.by...); Class(err) != x.class {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Cosign(n, key, at); Class(err) != "format" {
		t.Errorf("a log's key cosigned: %v", err)
	}
	// A key of one log does not speak for another.
	other := logKey(t, "other.example/log")
	text := cp.Text()
	forged := append(append(bytes.Clone(text), '\n'), other.signatureLine(text, 0)...)
	if _, _, err := OpenCheckpoint(forged, other.Verifier(), key.Verifier()); Class(err) != "unsigned" {
		t.Errorf("another log's key: %v", err)
	}
}

func TestKeyTexts(t *testing.T) {
	for _, s := range []Signer{logKey(t, "heed.example/log"), witnessKey(t, "w.example/é")} {
		v, err := ParseVerifier(s.Verifier().String())
		if err != nil || v != s.Verifier() {
			t.Fatalf("%v %v", v, err)
		}
		again, err := ParseSigner(s.Text())
		if err != nil || again.Verifier() != s.Verifier() {
			t.Fatal(err)
		}
		text := s.Verifier().String()
		for i := range len(text) {
			if _, err := ParseVerifier(text[:i] + string(text[i]^1) + text[i+1:]); err == nil {
				t.Fatalf("changed at %d and taken", i)
			}
		}
	}
	for _, name := range []string{"", "a b", "a+b", "a\nb", "a\u00a0b", "\xff", strings.Repeat("x", 256)} {
		if _, err := NewSigner(name); Class(err) != "format" {
			t.Errorf("key name %q is taken", name)
		}
	}
}

// otherLetter changes one base64 letter to another.
func otherLetter(b []byte, i int) []byte {
	c := bytes.Clone(b)
	if c[i] == 'A' {
		c[i] = 'B'
	} else {
		c[i] = 'A'
	}
	return c
}
