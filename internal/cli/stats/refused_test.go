package stats

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"heed/internal/fail"
)

// asked are files of true counts that cannot be known to be what they look like, and
// what is asked. The lines of a file are parted by /.
// Seen to fail: every one was published.
var asked = []struct{ args, files, says string }{
	// counts that cannot be read are no labels
	{"a.csv", "a.csv: trust,Yes,No / A,3 (7%),40", "row 2, column Yes: percentages"},
	{"a.csv", "a.csv: trust,Yes,No / A,3†,40", "row 2, column Yes: not a count"},
	{"a.csv", "a.csv: trust,Yes,No / A,three,40", "row 2, column Yes: not a count"},
	{"a.csv", "a.csv: trust,Yes,No / A,<5,40", "row 2, column Yes: not a count"},
	{"a.csv", `a.csv: trust,Yes,No / A,"1,234",40`, "or, where the column holds labels, name it with --labels"},
	{"a.csv b.csv", "a.csv: trust,Yes,No / A,<5,40\nb.csv: trust,Yes,No / B,9,40", "a.csv: row 2, column Yes"},
	// percentages by other names
	{"a.csv", "a.csv: trust,Yes,Asked,Yes (%) / A,3,30,10", "row 1, column Yes (%): percentages"},
	{"a.csv", "a.csv: trust,Yes,Asked,Yes pct / A,3,30,10", "row 1, column Yes pct: percentages"},
	{"a.csv", "a.csv: trust,Yes,Asked,Yes_percent / A,3,30,10", "row 1, column Yes_percent: percentages"},
	{"a.csv", "a.csv: trust,Yes,Asked,Yes per 100 / A,3,30,10", "row 1, column Yes per 100: percentages"},
	{"a.csv", "a.csv: trust,Yes,Asked,Yes as % of asked / A,3,30,10", "percentages beside counts"},
	{"a.csv", "a.csv: trust,Yes,Asked,Rate (per head) / A,3,30,10", "percentages beside counts"},
	{"a.csv", "a.csv: trust,outcome,value / A,Yes,3 / A,Asked,30 / A,Yes %,10", "row 4, column outcome: percentages"},
	{"a.csv", "a.csv: outcome,A,B / Yes,3,9 / Asked,30,20 / Yes rate,10,45", "row 4, column outcome: percentages"},
	// 5 for 1 to 7 beside a mark that hides more
	{"a.csv --secondary --margins rounded --mark 5", "a.csv: trust,Yes,No / A,3,40 / B,12,30", "--mark 5 stands for 1 to 7"},
}

// TestAsked: what cannot be known is refused and asked for, with its place and remedy.
func TestAsked(t *testing.T) {
	for _, c := range asked {
		code, out, errs := inFolder(t, c.args, c.files)
		if code == 0 || out != "" || !strings.Contains(errs, c.says) {
			t.Errorf("%s\n%s\n%d %s%swant %s", c.args, c.files, code, out, errs, c.says)
		}
	}
}

// TestTaken: what was said is taken.
func TestTaken(t *testing.T) {
	for _, c := range []struct{ args, files, says string }{
		{"a.csv --labels region", "a.csv: trust,region,Yes,No / A,North,30,40 / B,South,12,30", "A,North,30,40"},
		{"a.csv", "a.csv: trust,Yes,No,Total,Yes (%) / A,30,40,70,43", "A,30,40,70,45"},
		// the guard of a name is taken back: both editions speak of the same trust
		{"a.csv --earlier b.csv", "a.csv: trust,Yes / =North,12\nb.csv: trust,Yes / '=North,10", "'=North,10"},
	} {
		code, out, errs := inFolder(t, c.args, c.files)
		if code != 0 || !strings.Contains(out, c.says) {
			t.Errorf("%s\n%s\n%d %s%swant %s", c.args, c.files, code, out, errs, c.says)
		}
	}
	if _, out, errs := inFolder(t, "a.csv --earlier b.csv --earlier-by marked",
		"a.csv: trust,Yes / =North,3\nb.csv: trust,Yes / '=North,3"); out != "" ||
		!strings.Contains(errs, "an earlier edition shows") {
		t.Errorf("a guarded name is another trust: %s%s", out, errs)
	}
}

// TestNoHasWords: the main program has words for an answer that is no.
func TestNoHasWords(t *testing.T) {
	if !fail.Is(ErrDiffer, fail.Refused) || fail.Words(ErrDiffer) == "" {
		t.Error("no words")
	}
}

// inFolder runs disclose in a folder with files, each a line "name: rows / of / it".
func inFolder(t *testing.T, args, files string) (code int, stdout, stderr string) {
	t.Helper()
	dir := t.TempDir()
	for _, f := range strings.Split(files, "\n") {
		name, rows, _ := strings.Cut(f, ": ")
		if err := os.WriteFile(filepath.Join(dir, name), []byte(strings.ReplaceAll(rows, " / ", "\n")+"\n"),
			0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	var out, errs bytes.Buffer
	code = Main(append([]string{"disclose"}, strings.Fields(args)...), strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}
