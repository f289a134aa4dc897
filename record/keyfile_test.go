package record_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"heed/record"
)

func someOrgKeys() []record.OrgKey {
	a := record.OrgKey{Org: [16]byte{1, 2, 3}, Number: 1, Key: [32]byte{9, 8, 7}}
	b := record.OrgKey{Org: [16]byte{1, 2, 3}, Number: 2, Key: [32]byte{6, 5, 4}}
	c := record.OrgKey{Org: [16]byte{0xff}, Number: 1, Key: [32]byte{1}}
	return []record.OrgKey{a, b, c}
}

func TestKeyFileComesBack(t *testing.T) {
	want := someOrgKeys()
	text := record.FormatKeyFile(want)
	got, err := record.ParseKeyFile(text)
	if err != nil || !slices.Equal(got, want) {
		t.Fatalf("got %v, %v", got, err)
	}
	windows := bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))
	if got, err = record.ParseKeyFile(windows); err != nil || !slices.Equal(got, want) {
		t.Fatalf("with CR LF: %v, %v", got, err)
	}
}

// Every single changed byte outside the comments is noticed.
func TestKeyFileDamageIsNoticed(t *testing.T) {
	text := record.FormatKeyFile(someOrgKeys())
	want, _ := record.ParseKeyFile(text)
	start := bytes.Index(text, []byte("\nheed-key/1 0")) + 1
	for i := start; i < len(text); i++ {
		damaged := bytes.Clone(text)
		damaged[i] ^= 0x10
		got, err := record.ParseKeyFile(damaged)
		if err == nil && !slices.Equal(got, want) {
			t.Fatalf("byte %d changed from %q: read as %v", i, text[i], got)
		}
		if err != nil && strings.Contains(err.Error(), "0908070") {
			t.Fatalf("the error repeats a key: %v", err)
		}
	}
	for cut := start; cut < len(text)-1; cut++ {
		if got, err := record.ParseKeyFile(text[:cut]); err == nil && !slices.Equal(got, want[:len(got)]) {
			t.Fatalf("cut at %d: read as %v", cut, got)
		}
	}
}

func TestKeyFileRefusals(t *testing.T) {
	line := strings.Split(string(record.FormatKeyFile(someOrgKeys()[:1])), "\n")[4]
	for name, text := range map[string]string{
		"empty":           "",
		"comments only":   "# a\n\n# b\n",
		"twice":           line + "\n" + line + "\n",
		"another form":    "age-key " + line,
		"trailing blank":  line + " \n",
		"leading blank":   " " + line,
		"upper case":      strings.ToUpper(line),
		"too large":       line + strings.Repeat("\n", record.MaxKeyFile),
		"binary":          "\x00\xff\xfe",
		"an empty key":    string(record.FormatKeyFile([]record.OrgKey{{Org: [16]byte{1}, Number: 1}})),
		"no organisation": string(record.FormatKeyFile([]record.OrgKey{{Key: [32]byte{1}, Number: 1}})),
		"number 0":        string(record.FormatKeyFile([]record.OrgKey{{Org: [16]byte{1}, Key: [32]byte{1}}})),
	} {
		var fault *record.KeyFileError
		if _, err := record.ParseKeyFile([]byte(text)); !errors.As(err, &fault) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParseKeyFile(f *testing.F) {
	f.Add(record.FormatKeyFile(someOrgKeys()))
	f.Add([]byte("heed-key/1 00 1 00 00000000\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		keys, err := record.ParseKeyFile(text)
		if err != nil {
			return
		}
		again, err := record.ParseKeyFile(record.FormatKeyFile(keys))
		if err != nil || !slices.Equal(again, keys) {
			t.Fatalf("read %v, written and read %v, %v", keys, again, err)
		}
	})
}
