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
	{"a.csv",
		"a.csv: trust,outcome,value / A,Yes,3 / A,Asked,30 / A,Yes %,10", "row 4, column outcome: percentages"},
	{"a.csv", "a.csv: outcome,A,B / Yes,3,9 / Asked,30,20 / Yes rate,10,45", "row 4, column outcome: percentages"},
	// a total by another name
	{"a.csv",
		"a.csv: trust,Male,Female,Persons / A,3,9,12 / B,0,20,20 / C,12,30,42 / D,15,25,40", "Persons of col may be"},
	{"a.csv --secondary --margins exact",
		"a.csv: trust,M,F,MF / A,3,9,12 / B,0,20,20 / C,12,30,42", "MF of col is the sum"},
	{"a.csv", "a.csv: trust,M,F,MF / A,6,7,13", "MF of col is the sum of all the others"},
	{"a.csv", "a.csv: outcome,value / Referred,3 / Not referred,9 / Asked,12", "Asked of outcome is the sum"},
	{"a.csv", "a.csv: sex,trust,value / M,A,3 / F,A,9 / MF,A,12 / F,B,9 / MF,B,9", "MF of sex is the sum"},
	{"a.csv --hierarchy h.csv",
		"a.csv: trust,x / A,3 / B,9 / C,9 / Here,21\nh.csv: dim,child,parent / trust,A,N / " +
			"trust,B,N", "Here of trust is the sum"},
	// a hierarchy that matches nothing
	{"a.csv --hierarchy h.csv",
		"a.csv: trust,value / A,3 / B,9 / North,12\nh.csv: dim,child,parent / Trust,A,North / " +
			"Trust,B,North", "no table has the column Trust"},
	{"a.csv --hierarchy h.csv",
		"a.csv: trust,value / A,3 / B,9 / North,14\nh.csv: dim,child,parent / trust,a,North",
		"a of trust: it is A in the tables"},
	{"a.csv --hierarchy h.csv",
		"a.csv: trust,value / A,3 / B,9 / North,14\nh.csv: dim,child,parent / trust,A,north",
		"north of trust: it is North in the tables"},
	{"a.csv --hierarchy h.csv",
		"a.csv: trust,value / A,3 / B,9 / North,14\nh.csv: dim,child,parent / trust,Q,North",
		"child Q of trust: no table has it"},
	{"a.csv --hierarchy h.csv", "a.csv: trust,value / A,3 / B,9 / C,14\nh.csv: child,parent / Q,North",
		"no table has the column of its children"},
	// files that speak of the same by other names
	{"a.csv b.csv",
		"a.csv: trust,outcome,value / A,Yes,3 / A,No,40 / B,Yes,10 / B,No,12\nb.csv: Trust,value / A,43 / " +
			"B,22 / Total,65", "b.csv: row 1, column Trust: it is trust in another place"},
	{"a.csv b.csv", "a.csv: trust,Yes,No / North West,3,40\nb.csv: trust,Yes,No / North-west,3,40",
		"b.csv: row 2, column trust: North-west is North West"},
	{"a.csv b.csv", "a.csv: trust,outcome,value / A,Yes,3 / A,No,40 / B,Yes,10 / B,No,12\nb.csv: trust,Yes,No / " +
		"Total,13,52", "b.csv: row 1, column No: it is a label of outcome in a.csv"},
	{"a.csv b.csv", "a.csv: trust,Yes,No / A,3,40 / B,10,12\nb.csv: outcome,value / Yes,13 / No,52",
		"a.csv: row 1, column No: it is a label of outcome in b.csv"},
	// an edition in parts
	{"a.csv b.csv --earlier c.csv --earlier-by marked --cumulative",
		"a.csv: trust,Yes / A,23 / B,40\nb.csv: trust,Yes / " +
			"Total,63\nc.csv: trust,Yes / A,20 / B,30", "--cumulative: each file is an edition"},
	{"a.csv --earlier b.csv --earlier c.csv --earlier-by marked --cumulative", "a.csv: trust,Yes / A,23 / B,40\n" +
		"b.csv: trust,Yes / A,20 / B,30\nc.csv: trust,Yes / Total,50", "c.csv: --cumulative takes each file"},
	// 5 for 1 to 7 beside a mark that hides more
	{"a.csv --secondary --margins rounded --mark 5",
		"a.csv: trust,Yes,No / A,3,40 / B,12,30", "--mark 5 stands for 1 to 7"},
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
