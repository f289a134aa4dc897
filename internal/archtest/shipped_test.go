package archtest

import (
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"heed/internal/app"
	"heed/internal/ledger"
	"heed/internal/process"
	"heed/internal/room"
)

var update = flag.Bool("update", false, "add to shipped.golden what is new")

const shippedFile = "shipped.golden"

// TestWhatWasShippedStays holds these to what they were, by lines of shipped.golden.
// A kind of record has one number, which no other ever has. A definition that was shipped is
// never changed: entries name it, and mean what it meant. And the form of a record's picture
// belongs to the numbers Rows of the rooms: a picture that an older program sealed lacks what
// this one adds, and would be called altered, unless a raised number has it made anew. So do the
// rows that records have in lists. An item of a set means one thing for ever, its end too, and a
// set that changes has a new version. With
// -update what is new is written; what is there already is changed by nobody, but a definition
// while nothing has been released.
func TestWhatWasShippedStays(t *testing.T) {
	had, err := os.ReadFile(shippedFile)
	if err != nil {
		t.Fatal(err)
	}
	was, faults := readShipped(string(had))
	if len(faults) > 0 {
		t.Fatal(strings.Join(faults, "\n"))
	}
	for _, fault := range held(was, slices.Concat(definitions(t), pictures(room.State{}), rows(), items(t), numbers()),
		released(t), *update) {
		t.Error(fault)
	}
	for what := range was {
		if name, is := strings.CutPrefix(what, "item "); is && !slices.ContainsFunc(items(t),
			func(x shipped) bool { return x.what == what }) {
			t.Errorf("the item %s was shipped and is gone: what was answered with it could not be said", name)
		}
		if file, is := strings.CutPrefix(what, "definition "); is {
			if _, err := os.Stat(filepath.Join(root, file)); err != nil {
				t.Errorf("%s was shipped and is gone: records that began under it could not be opened", file)
			}
		}
	}
	if *update {
		var lines []string
		for _, what := range slices.Sorted(maps.Keys(was)) {
			lines = append(lines, what+" = "+was[what])
		}
		if err := os.WriteFile(shippedFile, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// shippedLine is a line of shipped.golden.
var shippedLine = regexp.MustCompile(`^(definition internal/[\w/-]+\.json|set \w+, version \d+|` +
	`item \w+/\w+(, its end)?|picture \w+, Rows \d+|rows of \w+, Rows \d+, version \d+) = [0-9a-f]{64}$|` +
	`^room \w+ = \d+$|^room number \d+ = (\w+|of Heed's own)$`)

// readShipped reads shipped.golden, and says which line could hold nothing to what it was.
func readShipped(text string) (was map[string]string, faults []string) {
	was = map[string]string{}
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		what, hash, _ := strings.Cut(line, " = ")
		if _, twice := was[what]; twice || !shippedLine.MatchString(line) {
			faults = append(faults, fmt.Sprintf("%s:%d: %q is no line of it, or says what another does: put it back as it was",
				shippedFile, i+1, line))
		}
		was[what] = hash
	}
	return was, faults
}

// TestALineOfAnotherFormIsRefused: it would stay for good, and hold nothing.
func TestALineOfAnotherFormIsRefused(t *testing.T) {
	hash := strings.Repeat("0a", 32)
	good := "item lawful_bases/6_1_c = " + hash + "\nroom policy = 2\nroom number 3 = of Heed's own\n"
	if _, faults := readShipped(good); len(faults) != 0 {
		t.Error(faults)
	}
	for _, bad := range []string{"item lawful_bases/6_1_d =" + hash, "item lawful_bases/6_1_d= " + hash, "",
		"room policy = 2", "picture policies, Rows 5 = " + hash[:60], "room number 7 =request",
		"picture policies,Rows 5 = " + hash} {
		_, faults := readShipped(good + bad + "\n")
		if len(faults) != 1 || !strings.Contains(faults[0], "shipped.golden:4: ") {
			t.Errorf("%q is taken: %v", bad, faults)
		}
	}
}

// held says what is not as it was, and what to do; with update what may be written is.
func held(was map[string]string, now []shipped, released, update bool) (faults []string) {
	for _, x := range now {
		hash, known := was[x.what]
		open := !known || !released && x.free
		switch {
		case known && hash == x.hash:
		case open && update:
			was[x.what] = x.hash
		case open:
			faults = append(faults, x.what+" is new, or other than before. See that it is as it should stay, and write it "+
				"down: ./generate")
		default:
			faults = append(faults, x.what+" is not as it was shipped. "+x.instead)
		}
	}
	return faults
}

// released says whether a version of Heed is in use somewhere, by the line of CONTRIBUTING.md
// that says so to people.
func released(t *testing.T) bool {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "CONTRIBUTING.md"))
	says := regexp.MustCompile(`(?m)^\*\*Released so far:\*\* (nothing|\d+\.\d+\.\d+)\.`).FindSubmatch(text)
	if err != nil || says == nil {
		t.Fatalf("CONTRIBUTING.md must say **Released so far:** nothing. or which version: %v", err)
	}
	return string(says[1]) != "nothing"
}

// TestADefinitionChangesUntilItIsReleased: before that its line is written anew, and from then on
// it is refused in words that name the file to write.
func TestADefinitionChangesUntilItIsReleased(t *testing.T) {
	now := definitions(t)
	const first = "definition internal/policy/definitions/policy-1.json"
	for _, c := range []struct {
		released, update bool
		want             string
	}{{false, false, "./generate"}, {false, true, ""}, {true, false, "policy-2.json"}, {true, true, "policy-2.json"}} {
		was := map[string]string{}
		_ = held(was, now, c.released, true)
		was[first] = "another"
		faults := held(was, now, c.released, c.update)
		said := strings.Join(faults, "\n")
		if len(faults) > 1 || (said == "") != (c.want == "") || !strings.Contains(said, c.want) {
			t.Errorf("released %v, update %v: %q", c.released, c.update, faults)
		}
		if written := was[first] != "another"; written != (c.want == "") {
			t.Errorf("released %v, update %v: written: %v", c.released, c.update, written)
		}
	}
}

// TestAPictureOfAnotherFormIsAnother sees the hash of a picture change with each of its fields.
func TestAPictureOfAnotherFormIsAnother(t *testing.T) {
	type inner struct {
		A string `json:"a"`
	}
	forms := []any{
		struct {
			X inner `json:"x"`
		}{},
		struct {
			Y inner `json:"x"`
			Z int   `json:"-"`
		}{},
		struct {
			X []inner `json:"x"`
		}{},
		struct {
			X struct {
				A, B string
			} `json:"x"`
		}{},
		struct {
			X inner  `json:"x"`
			N *inner `json:"n,omitempty"`
		}{},
	}
	var hashes []string
	for _, f := range forms {
		hashes = append(hashes, formOf(reflect.TypeOf(f), nil))
	}
	if hashes[0] != hashes[1] {
		t.Error("what is not in a picture changes its form")
	}
	for i, h := range hashes[1:] {
		if slices.Contains(hashes[:i], h) {
			t.Errorf("form %d is as one before: %s", i+1, h)
		}
	}
}

type shipped struct {
	what, hash, instead string
	free                bool // it may change while nothing has been released
}

func definitions(t *testing.T) (out []shipped) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "internal", "*", "definitions", "*.json"))
	if err != nil || len(files) < 2 {
		t.Fatalf("%d definitions: %v", len(files), err)
	}
	forms, err := filepath.Glob(filepath.Join(root, "internal", "process", "forms", "*.json"))
	if err != nil || len(forms) == 0 {
		t.Fatalf("%d forms that they share: %v", len(forms), err)
	}
	files = append(files, forms...)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(text)
		rel, _ := filepath.Rel(root, file) //nolint:errcheck // it is below
		name, number, _ := strings.Cut(strings.TrimSuffix(filepath.Base(file), ".json"), "-")
		version, err := strconv.Atoi(number)
		if err != nil {
			t.Fatalf("%s must be called NAME-N.json: %v", file, err)
		}
		out = append(out, shipped{"definition " + filepath.ToSlash(rel), hex.EncodeToString(sum[:]),
			fmt.Sprintf("Records follow it for ever: write what is to be otherwise as %s-%d.json beside it, put both in "+
				"Definitions, and this one back as it was", name, version+1), true})
	}
	return out
}

// items are those of all sets, and the sets.
func items(t *testing.T) (out []shipped) {
	t.Helper()
	hash := func(words ...string) string {
		sum := sha256.Sum256([]byte(strings.Join(words, "\n")))
		return hex.EncodeToString(sum[:])
	}
	for name, s := range process.Sets() {
		text, err := os.ReadFile(filepath.Join(root, "internal", "process", "sets", name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, shipped{fmt.Sprintf("set %s, version %d", name, s.Version), hash(string(text)),
			"Raise the version of a set with every change: by it records are looked at that rely on an item", false})
		for _, x := range s.Items {
			at := "item " + name + "/" + x.ID
			out = append(out, shipped{at, hash(x.Words, x.From), "An id means one thing for ever: give this item " +
				"its last day, and add another", false})
			if x.To != "" {
				out = append(out, shipped{at + ", its end", hash(x.To, x.ReplacedBy), "Whoever relied on it was told " +
					"of its end", false})
			}
		}
	}
	return out
}

// numbers are those of kinds of record: what each number is of, and which number each has.
func numbers() (out []shipped) {
	const instead = "A number of a kind of record stands in sealed history: it is never changed, and never given " +
		"to another. Give a new room the next"
	of := map[ledger.Room]string{}
	for n := range ledger.Own {
		of[n] = "of Heed's own"
	}
	for _, r := range app.Kinds() {
		of[r.Number] = r.Name
		out = append(out, shipped{"room " + r.Name, fmt.Sprint(r.Number), instead, false})
	}
	for n, name := range of {
		out = append(out, shipped{fmt.Sprintf("room number %d", n), name, instead, false})
	}
	return out
}

// pictures are the forms of pictures, by room.
func pictures(state any) (out []shipped) {
	form := sha256.Sum256([]byte(formOf(reflect.TypeOf(state), nil)))
	for _, r := range app.Kinds() {
		out = append(out, shipped{fmt.Sprintf("picture %s, Rows %d", r.Many, r.Rows), hex.EncodeToString(form[:]),
			fmt.Sprintf("What a program seals of where a record stands (room.State) has other fields now, or this line was "+
				"changed: raise Rows of the room %s, so that the next start makes its pictures anew, and run ./generate; where "+
				"room.State is as it was, put the line back", r.Name), false})
	}
	return out
}

// formOf says what a value looks like as JSON: names and kinds, all the way down.
func formOf(of reflect.Type, within []reflect.Type) string {
	if slices.Contains(within, of) {
		return of.Name()
	}
	if marshals(of) {
		return of.String()
	}
	within = append(within, of)
	switch of.Kind() {
	case reflect.Pointer:
		return "?" + formOf(of.Elem(), within)
	case reflect.Slice, reflect.Array:
		return "[]" + formOf(of.Elem(), within)
	case reflect.Map:
		return "map " + formOf(of.Key(), within) + formOf(of.Elem(), within)
	case reflect.Struct:
		var fields []string
		for i := range of.NumField() {
			f := of.Field(i)
			tag := f.Tag.Get("json")
			if tag == "-" || !f.IsExported() && !f.Anonymous {
				continue
			}
			name, _, _ := strings.Cut(tag, ",")
			if name == "" && !f.Anonymous {
				name = f.Name
			}
			fields = append(fields, name+" "+formOf(f.Type, within))
		}
		slices.Sort(fields)
		return "{" + strings.Join(fields, "; ") + "}"
	}
	return of.Kind().String()
}

// marshals says that a type writes itself.
func marshals(of reflect.Type) bool {
	for _, name := range []string{"MarshalJSON", "MarshalText"} {
		if _, has := reflect.PointerTo(of).MethodByName(name); has {
			return true
		}
	}
	return false
}
