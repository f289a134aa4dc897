package record

import (
	"bytes"
	"testing"
)

func TestPad(t *testing.T) {
	for n, want := range map[int]int{0: 512, 1: 512, 512: 512, 513: 1024, 1025: 2048, 8193: 16384, 16384: 16384,
		16385: 32768, 40000: 49152} {
		if got := PaddedSize(n); got != want || PaddedSize(want) != want {
			t.Errorf("%d bytes are padded to %d, want %d", n, got, want)
		}
		text := bytes.Repeat([]byte("x"), n)
		if got := Pad(text, 16); len(got) != PaddedSize(n+16)-16 || !bytes.Equal(unpad(got), text) {
			t.Errorf("%d bytes padded to %d", n, len(got))
		}
	}
}

// TestEntriesHaveFewSizes: what was written cannot be told by how long the sealed part is.
func TestEntriesHaveFewSizes(t *testing.T) {
	k, h := mustKey(t), someHeader()
	short, _ := k.SealEntry(h, []byte(`{"kind":"concern.viewed","actor":"","rule":"r"}`))
	long, _ := k.SealEntry(h,
		[]byte(`{"kind":"concern.viewed","actor":"","rule":"r","data":{"reason":"`+string(bytes.Repeat([]byte("because "),
			40))+`"}}`))
	if len(short) != len(long) || len(short) != 512+SealedOverhead {
		t.Errorf("a reading has %d bytes, one with a reason %d", len(short), len(long))
	}
	payload, _, err := k.OpenEntry(new(Scratch), h, short)
	if err != nil || string(payload) != `{"kind":"concern.viewed","actor":"","rule":"r"}` {
		t.Errorf("opened %q: %v", payload, err)
	}
}
