package document

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
)

// signature is harmful software of our own making.
const signature = "heed-test-signature-6f1c"

// fakeClamd speaks the real protocol: a command that ends in NUL, chunks with their
// length, an empty one at the end, an answer that ends in NUL.
func fakeClamd(t *testing.T, answer func(stream []byte) string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "clamd.ctl")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close() //nolint:errcheck // a test
				r := bufio.NewReader(c)
				if command, err := r.ReadString(0); err != nil || command != "zINSTREAM\x00" {
					_, _ = io.WriteString(c, "UNKNOWN COMMAND\x00")
					return
				}
				var stream bytes.Buffer
				for {
					var n uint32
					if err := binary.Read(r, binary.BigEndian, &n); err != nil {
						return
					}
					if n == 0 {
						break
					}
					if _, err := io.CopyN(&stream, r, int64(n)); err != nil {
						return
					}
				}
				_, _ = io.WriteString(c, answer(stream.Bytes()))
			}()
		}
	}()
	return path
}

func TestClamd(t *testing.T) {
	looking := func(b []byte) string {
		if bytes.Contains(b, []byte(signature)) {
			return "stream: Heed.Test.Signature FOUND\x00"
		}
		return "stream: OK\x00"
	}
	across := strings.Repeat("x", ChunkSize-10) + signature // over the end of a chunk
	for name, c := range map[string]struct {
		answer func([]byte) string
		text   string
		want   string
	}{
		"clean":            {looking, "a plan", ""},
		"of many chunks":   {looking, strings.Repeat("a plan\n", 40_000), ""},
		"harmful":          {looking, "a plan " + signature, "Harmful software"},
		"harmful over two": {looking, across, "Harmful software"},
		"it could not look": {func([]byte) string { return "INSTREAM size limit exceeded. ERROR\x00" }, "a plan",
			"could not be checked"},
		"it said half a word":   {func([]byte) string { return "stream: O" }, "a plan", "could not be checked"},
		"it said nothing":       {func([]byte) string { return "" }, "a plan", "could not be checked"},
		"it said something new": {func([]byte) string { return "stream: OK, mostly\x00" }, "a plan", "could not be checked"},
	} {
		s, err := NewClamd(fakeClamd(t, c.answer))
		if err != nil {
			t.Fatal(err)
		}
		got := Checked(context.Background(), s, New("plan.txt", content(t, []byte(c.text))))
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	nobody, err := NewClamd(filepath.Join(t.TempDir(), "nothing.ctl"))
	if err != nil {
		t.Fatal(err)
	}
	if got := Checked(context.Background(), nobody, New("plan.txt", content(t, []byte("a plan")))); !strings.Contains(got,
		"could not be checked") {
		t.Errorf("nobody is there: %q", got)
	}
	if _, err := NewClamd("clamd"); err == nil {
		t.Error("an address that is none was taken")
	}
}
