package roomtest_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"heed/internal/heedtest/plant"
)

// soonBuilt has the compiler and the linker leave out what nobody reads here.
var soonBuilt = []string{"-vet=off", "-gcflags=heed/...=-N -l", "-ldflags=-s -w"}

// The suites that look for a fault, by the folder of their package.
const (
	register = "../../policy"
	booking  = "."
	concern  = "../../concern"
	request  = "../../request"
)

// TestPlantedFaults wakes each fault and runs the clause that must find it.
func TestPlantedFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("runs a clause for each of some hundred faults")
	}
	texts, faults := map[string]string{}, make([]plant.Fault, len(planted))
	for i, p := range planted {
		file, err := filepath.Abs(filepath.Join("..", p.file))
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts[file], faults[i] = string(text), plant.Fault{File: file, Old: p.old, New: p.new}
	}
	files, alone, err := plant.Asleep(texts, faults)
	if err != nil {
		t.Fatal(err)
	}
	all := overlaid(t, files)
	suites := map[string]func() string{}
	for _, in := range []string{register, booking, concern, request} {
		suites[in] = sync.OnceValue(func() string { return suite(t, all, in) })
	}
	for i, p := range planted {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			look := looked(p.clause)
			built := suites[look.in]
			if slices.Contains(alone, i) {
				only, err := plant.Alone(texts, faults[i])
				if err != nil {
					t.Fatal(err)
				}
				built = func() string { return suite(t, overlaid(t, only), look.in) }
			}
			cmd := exec.Command(built(), "-test.run", look.run, "-test.timeout", "5m")
			cmd.Dir = look.in
			cmd.Env = append(os.Environ(), plant.Wakes+"="+strconv.Itoa(i), look.engines)
			out, err := cmd.CombinedOutput()
			switch {
			case err == nil:
				t.Errorf("nobody noticed:\n%s", out)
			case !strings.Contains(string(out), "--- FAIL: "+look.of):
				t.Errorf("it failed otherwise than by a clause:\n%s", out)
			}
		})
	}
}

// look is what is run to find a fault.
type look struct{ in, of, run, engines string }

// looked reads a clause: "postgres/" before it has it run there, since SQLite has one writer
// and nothing races; "booking:", "badge:", "plan:", "concern:" and "request:" take the room of
// that name; a clause that begins with "/" is of the whole program and not of one engine.
func looked(clause string) look {
	l := look{in: register, of: "TestRoom/", engines: "HEED_TEST_POSTGRES=skip"}
	engine := "sqlite/"
	if of, raced := strings.CutPrefix(clause, "postgres/"); raced {
		clause, engine, l.engines = of, "postgres/", "HEED_TEST_POSTGRES="+os.Getenv("HEED_TEST_POSTGRES")
	}
	for in, test := range map[string]string{"booking:": "TestBooking/", "badge:": "TestBadge/",
		"plan:": "TestSecondRoom/"} {
		if of, is := strings.CutPrefix(clause, in); is {
			clause, l.in, l.of = of, booking, test
		}
	}
	for of, in := range map[string]string{"concern:": concern, "request:": request} {
		if rest, is := strings.CutPrefix(clause, of); is {
			clause, l.in = rest, in
		}
	}
	if of, beside := strings.CutPrefix(clause, "/"); beside {
		clause, engine = of, ""
	}
	l.of += engine
	l.run = l.of + clause
	return l
}

// overlaid writes files for the compiler to take instead of those of the same path.
func overlaid(t *testing.T, files map[string]string) (list string) {
	t.Helper()
	dir, replace := t.TempDir(), map[string]string{}
	for path, text := range files {
		replace[path] = filepath.Join(dir, strconv.Itoa(len(replace))+".go")
		if err := os.WriteFile(replace[path], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b, err := json.Marshal(map[string]map[string]string{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	list = filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(list, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return list
}

// suite builds the tests of a package with what is laid over it.
func suite(t *testing.T, overlay, in string) (bin string) {
	t.Helper()
	bin = filepath.Join(t.TempDir(), "suite")
	cmd := exec.Command("go", slices.Concat([]string{"test", "-c", "-o", bin, "-overlay", overlay}, soonBuilt,
		[]string{in})...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	return bin
}
