package record

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
)

// receipts are a promise and, for each leaf of a small tree, a proof.
func receipts(t *testing.T) (key Signer, promise []byte, proofs [][]byte, leaves [][32]byte) {
	t.Helper()
	key, err := NewSigner("heed.test/log")
	if err != nil {
		t.Fatal(err)
	}
	var tree Tree
	var tile []byte
	for i := range 7 {
		leaf := [32]byte{byte(i)}
		h := LeafHash(leaf)
		leaves, tile = append(leaves, leaf), append(tile, h[:]...)
		tree.Append(h)
	}
	note := SignCheckpoint(Checkpoint{Origin: key.Name(), Size: tree.Size(), Root: tree.Root()}, key)
	for i, leaf := range leaves {
		proof, err := InclusionProof(func(string) ([]byte, error) { return tile, nil }, int64(i), tree.Size())
		if err != nil {
			t.Fatal(err)
		}
		proofs = append(proofs, Receipt{Leaf: leaf, Index: int64(i), Proof: proof, Checkpoint: note}.Sign(key))
	}
	return key, Receipt{Leaf: leaves[3], At: 1234567}.Sign(key), proofs, leaves
}

func TestAReceiptProvesItsEntryAndNothingElse(t *testing.T) {
	key, promise, proofs, leaves := receipts(t)
	for i, b := range proofs {
		r, err := OpenReceipt(b, key.Verifier())
		if err != nil || r.Leaf != leaves[i] || r.Index != int64(i) || !bytes.Equal(r.Sign(key), b) {
			t.Fatalf("receipt %d reads back as %+v, %v", i, r, err)
		}
		// As the published format says: the magic, extra, index, hashes, an empty line, the checkpoint.
		lines := strings.Split(string(b), "\n")
		if lines[0] != "c2sp.org/tlog-proof@v1" || lines[1] != "extra "+Hash(leaves[i]).String() ||
			lines[2] != fmt.Sprintf("index %d", i) ||
			lines[3+len(r.Proof)] != "" || lines[4+len(r.Proof)] != "heed.test/log" {
			t.Fatalf("receipt %d:\n%s", i, b)
		}
	}
	r, err := OpenReceipt(promise, key.Verifier())
	if err != nil || r.Leaf != leaves[3] || r.At != 1234567 || r.Checkpoint != nil {
		t.Fatalf("the promise reads back as %+v, %v", r, err)
	}
	if _, _, err := OpenCheckpoint(promise, key.Verifier()); err == nil {
		t.Error("a promise is taken for a checkpoint")
	}
	other, err := NewSigner("heed.test/log")
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range append(proofs, promise) {
		if _, err := OpenReceipt(b, other.Verifier()); err == nil {
			t.Error("a receipt of another log is believed")
		}
		for i := range b {
			bad := bytes.Clone(b)
			bad[i] ^= 1
			if r, err := OpenReceipt(bad, key.Verifier()); err == nil {
				t.Fatalf("byte %d changed, and it proves %+v:\n%s", i, r, bad)
			}
		}
	}
}

func FuzzOpenReceipt(f *testing.F) {
	f.Add([]byte(proofMagic + "extra \nindex 0\n\n"))
	f.Add([]byte(promiseMagic))
	key, err := NewSigner("heed.test/log")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, err := OpenReceipt(b, key.Verifier()); err == nil {
			t.Fatalf("unsigned, and it proves %+v", r)
		} else if Class(err) == "other" {
			t.Fatalf("an error without a class: %v", err)
		}
	})
}

// torchwoodKey is the key of the log in testdata/torchwood.tlog-proof, which torchwood
// v0.9.0 wrote: another program's form of the receipt of leaf 42 of 100.
const torchwoodKey = "heed.test/log+2869342e+ATmMOS/s004zdYTKip+XS3gG8Sqt4oGJYIfQlbwJINIK"

func TestAReceiptIsWhatAnotherProgramWrites(t *testing.T) {
	b, err := os.ReadFile("testdata/torchwood.tlog-proof")
	if err != nil {
		t.Fatal(err)
	}
	v, err := ParseVerifier(torchwoodKey)
	if err != nil {
		t.Fatal(err)
	}
	r, err := OpenReceipt(b, v)
	if err != nil || r.Index != 42 || r.Leaf != [32]byte{42} || !bytes.Equal(r.Sign(Signer{}), b) {
		t.Fatalf("%+v, %v", r, err)
	}
}
