package id_test

import (
	"strings"
	"testing"
	"time"

	"heed/internal/id"
)

func TestReferenceFindsEverySingleErrorAndSwap(t *testing.T) {
	const signs = "0123456789ABCDEFGHJKMNPQRTVWXYZ"
	for range 50 {
		ref := id.NewReference()
		if got, err := id.ParseReference(strings.ToLower(string(ref))); err != nil || got != ref {
			t.Fatalf("ParseReference(%q) = %q, %v", ref, got, err)
		}
		core := strings.ReplaceAll(strings.TrimPrefix(string(ref), "HD-"), "-", "")
		for i := range core {
			for _, c := range signs {
				wrong := core[:i] + string(c) + core[i+1:]
				if _, err := id.ParseReference(wrong); (err == nil) != (wrong == core) {
					t.Fatalf("%s read as %s: err=%v", wrong, core, err)
				}
			}
			if i+1 < len(core) && core[i] != core[i+1] {
				swapped := core[:i] + string(core[i+1]) + string(core[i]) + core[i+2:]
				if _, err := id.ParseReference(swapped); err == nil {
					t.Fatalf("swap %s of %s not found", swapped, core)
				}
			}
		}
	}
}

func TestIDsBeginWithTheTimeAndSurviveText(t *testing.T) {
	t0 := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	a, b := id.NewRecord(t0), id.NewRecord(t0.Add(time.Millisecond))
	if a.String() >= b.String() {
		t.Fatalf("%s is not before %s", a, b)
	}
	back, err := id.ParseRecord(a.String())
	if err != nil || back != a {
		t.Fatalf("ParseRecord(%s) = %s, %v", a, back, err)
	}
	for _, bad := range []string{"", "zz", a.String() + "00", strings.Repeat("0", 32)} {
		if _, err := id.ParseRecord(bad); err == nil {
			t.Errorf("ParseRecord(%q) was accepted", bad)
		}
	}
}

func FuzzParseReference(f *testing.F) {
	f.Add("HD-7F3K-2X9C")
	f.Add("hd 7f3k 2x9c")
	f.Fuzz(func(t *testing.T, s string) {
		ref, err := id.ParseReference(s)
		if err != nil {
			return
		}
		again, err := id.ParseReference(string(ref))
		if err != nil || again != ref {
			t.Fatalf("%q parsed to %q which parses to %q, %v", s, ref, again, err)
		}
	})
}

func TestAReferenceMayBeginWithHD(t *testing.T) {
	for _, typed := range []string{"HD-HDMF-96KB", "HDMF-96KB", "hd hdmf 96kb"} {
		if got, err := id.ParseReference(typed); err != nil || got != "HD-HDMF-96KB" {
			t.Errorf("ParseReference(%q) = %q, %v", typed, got, err)
		}
	}
}
