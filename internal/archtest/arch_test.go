package archtest

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

const root = "../.."

// source is one Go file of the house.
type source struct {
	path, pkg string // of the file, of its folder, from the root
	file      *ast.File
	set       *token.FileSet
	test      bool
}

func sources(t *testing.T) []source {
	t.Helper()
	var out []source
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "third_party" || d.Name() == "testdata" ||
			d.Name() == "node_modules") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		out = append(out, source{rel, filepath.ToSlash(filepath.Dir(rel)), f, set, strings.HasSuffix(path, "_test.go")})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 50 {
		t.Fatalf("only %d files found: the walls would not be seen", len(out))
	}
	return out
}

// plan is layers.txt.
type plan struct {
	rows  map[string]int
	names []string // longest first
	may   map[[2]string]bool
	proof int
}

func readPlan(t *testing.T) plan {
	t.Helper()
	f, err := os.Open("layers.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p := plan{rows: map[string]int{}, may: map[[2]string]bool{}}
	row := 0
	for s := bufio.NewScanner(f); s.Scan(); {
		line, reason, _ := strings.Cut(s.Text(), "#")
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		switch words[0] {
		case "row":
			row++
			if words[1] == "proof" {
				p.proof = row
			}
			for _, n := range words[2:] {
				p.rows[n] = row
				p.names = append(p.names, n)
			}
			if words[1] == "slices" {
				for _, n := range roomFolders(t) {
					p.rows[n], p.names = row, append(p.names, n)
				}
			}
		case "may":
			if strings.TrimSpace(reason) == "" {
				t.Errorf("layers.txt: %q has no reason", line)
			}
			p.may[[2]string{words[1], words[2]}] = true
		default:
			t.Fatalf("layers.txt: %q", line)
		}
	}
	slices.SortFunc(p.names, func(a, b string) int { return len(b) - len(a) })
	return p
}

// roomFolders are those of the rooms in the program's one list.
func roomFolders(t *testing.T) (out []string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), root+"/internal/app/rooms.go", nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range f.Imports {
		path, ours := strings.CutPrefix(strings.Trim(i.Path.Value, `"`), "heed/")
		if ours && path != "internal/room" {
			out = append(out, path)
		}
	}
	return out
}

// room is the listed name that a package belongs to.
func (p plan) room(pkg string) string {
	for _, n := range p.names {
		if pkg == n || strings.HasPrefix(pkg, n+"/") {
			return n
		}
	}
	return ""
}

func (p plan) allows(from, to string) bool {
	if from == to || p.may[[2]string{from, to}] {
		return true
	}
	return p.rows[to] < p.rows[from]
}

func TestImportsGoDown(t *testing.T) {
	p := readPlan(t)
	for _, s := range sources(t) {
		from := p.room(s.pkg)
		if from == "" {
			t.Errorf("%s: %s", s.path, noRow(s.pkg))
			continue
		}
		for _, i := range s.file.Imports {
			path, _ := strconv.Unquote(i.Path.Value)
			to, ours := strings.CutPrefix(path, "heed/")
			if !ours {
				continue
			}
			room := p.room(to)
			if s.test || p.rows[from] == p.proof { // tests may use the proof row and what their subject uses
				continue
			}
			if room == "" || !p.allows(from, room) {
				t.Errorf("%s imports %s: %s may not use %s", s.path, to, from, room)
			}
		}
	}
}

// noRow says why a folder stands in no row, and what to do.
func noRow(pkg string) string {
	if found, _ := filepath.Glob(filepath.Join(root, pkg, "definitions", "*.json")); len(found) > 0 {
		return "its folder holds a kind of record that the program does not have: add its Room() to internal/app/rooms.go"
	}
	return "its folder stands in no row of layers.txt"
}

// untried says that no test of a room's folder runs the suite of every room, and what to write; or "".
func untried(folder string) string {
	tests, _ := filepath.Glob(filepath.Join(folder, "*_test.go"))
	for _, file := range tests {
		if text, err := os.ReadFile(file); err == nil && strings.Contains(string(text), "roomtest.Run") {
			return ""
		}
	}
	name := filepath.Base(folder)
	return fmt.Sprintf("no test holds the room %s to what all rooms are held to: write %s_test.go, in which TestRoom is "+
		"roomtest.Run(t, %s.Room())", name, name, name)
}

// TestEveryRoomIsTried: a room in the program's list has the suite run on it, and one that is in no
// list or untried is told so, and not of layers.
func TestEveryRoomIsTried(t *testing.T) {
	for _, folder := range roomFolders(t) {
		if fault := untried(filepath.Join(root, folder)); fault != "" {
			t.Error(fault)
		}
	}
	if fault := untried(t.TempDir()); !strings.Contains(fault, "roomtest.Run") {
		t.Errorf("of a room without a test it is said %q", fault)
	}
	if fault := noRow("internal/policy"); !strings.Contains(fault, "internal/app/rooms.go") {
		t.Errorf("of a room in no list it is said %q", fault)
	}
}

// forbidden are imports that only some rooms may have.
var forbidden = []struct {
	path  string
	rooms []string // who may
	why   string
}{
	{"net/http", []string{"internal/web", "internal/api", "internal/app", "internal/cli", "internal/witness",
		"internal/verify", "internal/ledger/ledgerweb", "internal/heedtest", "internal/room/roomtest", "internal/bench",
		"internal/home", "internal/archtest", "internal/provider", "internal/provider/providertest"},
		"slices and kernel know no browser"},
	{"html/template", []string{"internal/web", "internal/concern/concernweb", "internal/home", "internal/heedtest"},
		"only pages make HTML"},
	{"database/sql", []string{"internal/store", "internal/id", "internal/bench", "internal/store/storetest",
		"internal/verify"}, "only the store opens databases"},
}

func TestForbiddenImports(t *testing.T) {
	p := readPlan(t)
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		for _, i := range s.file.Imports {
			path, _ := strconv.Unquote(i.Path.Value)
			for _, f := range forbidden {
				if path == f.path && !slices.Contains(f.rooms, p.room(s.pkg)) {
					t.Errorf("%s imports %s: %s", s.path, path, f.why)
				}
			}
		}
	}
}

func TestRecordIsStandardLibraryOnly(t *testing.T) {
	for _, s := range sources(t) {
		if s.pkg != "record" || s.test {
			continue
		}
		for _, i := range s.file.Imports {
			if path, _ := strconv.Unquote(i.Path.Value); strings.Contains(path, ".") || strings.HasPrefix(path, "heed/") {
				t.Errorf("%s imports %s", s.path, path)
			}
		}
	}
}

// TestTimeIsAskedInOnePlace: deadlines and sessions are tested by moving a hand.
func TestTimeIsAskedInOnePlace(t *testing.T) {
	for _, s := range sources(t) {
		if s.pkg == "internal/clock" || s.test {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if c, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := c.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains([]string{"Now", "Since", "Until"},
					c.Sel.Name) {
					t.Errorf("%s: time.%s", s.set.Position(c.Pos()), c.Sel.Name)
				}
			}
			return true
		})
	}
}

// TestTestOnlyIsForTests: what says so in its name is used by the kits of tests and by tests.
func TestTestOnlyIsForTests(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || strings.HasPrefix(s.pkg, "internal/heedtest") || s.pkg == "internal/room/roomtest" {
			continue
		}
		declared := map[*ast.Ident]bool{}
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				declared[n.Name] = true
			case *ast.Ident:
				if strings.HasPrefix(n.Name, "TestOnly") && !declared[n] {
					t.Errorf("%s: %s", s.set.Position(n.Pos()), n.Name)
				}
			}
			return true
		})
	}
}

func TestDatabasesAreOpenedInOnePlace(t *testing.T) {
	for _, s := range sources(t) {
		if strings.HasPrefix(s.pkg, "internal/store") || s.test {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if c, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := c.X.(*ast.Ident); ok && x.Name == "sql" && strings.HasPrefix(c.Sel.Name, "Open") {
					t.Errorf("%s: sql.%s", s.set.Position(c.Pos()), c.Sel.Name)
				}
			}
			return true
		})
	}
}

// TestEnginesAreToldApartInOnePlace: elsewhere code says what it means (ForUpdate,
// SkipLocked, InTurn), and the engine's dialect knows whether it needs saying.
func TestEnginesAreToldApartInOnePlace(t *testing.T) {
	for _, s := range sources(t) {
		if strings.HasPrefix(s.pkg, "internal/store/storetest") || strings.HasPrefix(s.pkg, "internal/heedtest") || s.test {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			b, ok := n.(*ast.BinaryExpr)
			if !ok || b.Op != token.EQL && b.Op != token.NEQ {
				return true
			}
			for _, side := range []ast.Expr{b.X, b.Y} {
				if call, ok := side.(*ast.CallExpr); ok {
					if sel, ok := call.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "Engine" {
						t.Errorf("%s: compares Engine()", s.set.Position(b.Pos()))
					}
				}
			}
			return true
		})
	}
}

// TestEnginesStandBehindTheDoor: only the door imports an engine, no engine the other, and
// none the door. Seen to fail when a slice opened one.
func TestEnginesStandBehindTheDoor(t *testing.T) {
	const store = "internal/store"
	engines := []string{store + "/sqlite", store + "/postgres"}
	for _, s := range sources(t) {
		own := slices.Contains(engines, s.pkg)
		for _, i := range s.file.Imports {
			path, _ := strconv.Unquote(i.Path.Value)
			switch to := strings.TrimPrefix(path, "heed/"); {
			case slices.Contains(engines, to) && s.pkg != store && s.pkg != to,
				to == store+"/engine" && s.pkg != store && !own,
				to == store && (own || s.pkg == store+"/engine") && !s.test:
				t.Errorf("%s imports %s", s.path, path)
			}
		}
	}
}

// TestFirstEntriesAreFoundByIndex: SQLite uses the index of entries by record only where
// the text says version > 0, as the index does; by "version = 1" alone it reads the first
// entries of all records, for each record anew. Seen to take 21 s for 4,000 records.
func TestFirstEntriesAreFoundByIndex(t *testing.T) {
	byRecord := regexp.MustCompile(`record = [^)]*version = 1\b`)
	for _, s := range sources(t) {
		if s.test || strings.HasPrefix(s.pkg, "internal/room/roomtest") {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			text, ok := n.(*ast.BasicLit)
			if ok && byRecord.MatchString(text.Value) && !strings.Contains(text.Value, "version > 0") {
				t.Errorf("%s: say version > 0 as well", s.set.Position(text.Pos()))
			}
			return true
		})
	}
}

// judging are the words that no identifier, column or template may hold: Heed
// computes nothing about a person.
var judging = regexp.MustCompile(`(?i)(score|(^|_)rank(ed|ing|s)?($|_)|risk_?level|suspect)`)

func TestNothingJudgesAPerson(t *testing.T) {
	for _, s := range sources(t) {
		if strings.HasPrefix(s.pkg, "internal/measure") || strings.HasPrefix(s.pkg, "internal/cli/stats") ||
			s.pkg == "internal/archtest" || s.test {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if i, ok := n.(*ast.Ident); ok && i.Name != "underscore" && judging.MatchString(split(i.Name)) {
				t.Errorf("%s: %s", s.set.Position(i.Pos()), i.Name)
			}
			return true
		})
	}
	err := filepath.WalkDir(root+"/internal", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.Contains(path, "testdata") || strings.Contains(path, "measure") ||
			!(strings.HasSuffix(path, ".sql") || strings.HasSuffix(path, ".html")) {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, word := range regexp.MustCompile(`[A-Za-z_]+`).FindAllString(string(text), -1) {
			if judging.MatchString(word) {
				t.Errorf("%s: %s", path, word)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// split turns CamelCase into snake_case, so that whole words are seen.
func split(name string) string {
	return strings.ToLower(regexp.MustCompile(`([a-z0-9])([A-Z])`).ReplaceAllString(name, "${1}_${2}"))
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	comment := map[string]int{}
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		if _, seen := comment[s.pkg]; !seen {
			comment[s.pkg] = 0
		}
		if s.file.Doc != nil {
			comment[s.pkg] += len(s.file.Doc.Text())
		}
	}
	for pkg, n := range comment {
		if n < 120 {
			t.Errorf("%s: its package comment says too little (%d characters): what it is for, what it keeps true, who is "+
				"trusted with what", pkg, n)
		}
	}
}

// TestFilesAreShort keeps a room from becoming a hall.
func TestFilesAreShort(t *testing.T) {
	for _, s := range sources(t) {
		if n := s.set.Position(s.file.End()).Line; n > 600 && !s.test && !strings.HasSuffix(s.path, "_gen.go") {
			t.Errorf("%s has %d lines: it wants a wall", s.path, n)
		}
	}
}

// mostLong is the most characters of a line of Go.
const mostLong = 120

// textOfItsOwn is what no break of the line could shorten: a tag of a struct, a text in
// backquotes that is long by itself, what an example prints.
var textOfItsOwn = regexp.MustCompile("`[a-z]+:\"|`[^`]{80,}`|// Output:")

// TestLinesAreShort: no line of Go is longer than people read. What stands between
// backquotes over several lines (SQL, scripts) is passed over.
func TestLinesAreShort(t *testing.T) {
	for _, s := range sources(t) {
		text, err := os.ReadFile(filepath.Join(root, s.path))
		if err != nil {
			t.Fatal(err)
		}
		raw := false
		for i, line := range strings.Split(string(text), "\n") {
			opens := strings.Count(line, "`")%2 == 1
			n := utf8.RuneCountInString(line)
			if !raw && !opens && n > mostLong && !textOfItsOwn.MatchString(line) {
				t.Errorf("%s:%d has %d characters, the most is %d", s.path, i+1, n, mostLong)
			}
			raw = raw != opens
		}
	}
}
