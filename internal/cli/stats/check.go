package stats

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"heed/internal/fail"
)

// CheckCmd is `heed stats check`: every reference vector of a folder tree.
type CheckCmd struct {
	Dir   string `arg:"" help:"Folder with the vectors."`
	Show  int    `default:"10" help:"How many differences to show."`
	Steps bool   `hidden:""`
}

// tally counts one kind of vector.
type tally struct {
	passed, total int
	differences   []string
}

type checker struct {
	dir    string
	kinds  map[string]*tally
	unread []string
}

// Run walks the tree, prints passed/total by kind and the first differences in words,
// and answers no when there is any.
func (c *CheckCmd) Run(out io.Writer) error {
	k, err := checkDir(c.Dir)
	if err != nil {
		return err
	}
	return k.report(out, c.Show)
}

func checkDir(dir string) (*checker, error) {
	info, err := os.Stat(dir)
	if err != nil || !info.IsDir() {
		return nil, fail.New(fail.Bad, "the folder %s cannot be opened: check its name", dir)
	}
	k := &checker{dir: dir, kinds: map[string]*tally{}}
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() || filepath.Ext(path) != ".json" {
			return nil
		}
		k.file(path)
		return nil
	})
	if err != nil {
		return nil, fail.Wrap(fail.Bad, err, "the folder %s cannot be read to its end", dir)
	}
	return k, nil
}

func (k *checker) report(out io.Writer, show int) error {
	passed, total := 0, 0
	var kinds []string
	for name := range k.kinds {
		kinds = append(kinds, name)
	}
	slices.Sort(kinds)
	for _, name := range kinds {
		t := k.kinds[name]
		passed, total = passed+t.passed, total+t.total
		fmt.Fprintf(out, "%-12s %d/%d\n", name, t.passed, t.total)
	}
	fmt.Fprintf(out, "%-12s %d/%d\n", "all", passed, total)
	for _, name := range kinds {
		for i, d := range k.kinds[name].differences {
			if i >= show {
				fmt.Fprintf(out, "%s: and %d more\n", name, len(k.kinds[name].differences)-show)
				break
			}
			fmt.Fprintf(out, "%s: %s\n", name, d)
		}
	}
	for _, u := range k.unread {
		fmt.Fprintln(out, u)
	}
	if total == 0 {
		return fail.New(fail.Bad, "the folder %s holds no vectors: give the folder that holds xmr, funnel, intervals, "+
			"kappa and sdc", k.dir)
	}
	if passed < total || len(k.unread) > 0 {
		return ErrDiffer
	}
	return nil
}

// judge notes the outcome of one vector.
func (k *checker) judge(kind, id string, differences []string, err error) {
	t := k.kinds[kind]
	if t == nil {
		t = &tally{}
		k.kinds[kind] = t
	}
	t.total++
	switch {
	case err != nil:
		t.differences = append(t.differences, id+": "+words(err))
	case len(differences) > 0:
		more := ""
		if len(differences) > 1 {
			more = fmt.Sprintf(" (and %d more fields)", len(differences)-1)
		}
		t.differences = append(t.differences, id+": "+differences[0]+more)
	default:
		t.passed++
	}
}

// file finds out what kind of vector a file is by what it holds.
func (k *checker) file(path string) {
	raw, err := readVector(path)
	if err != nil {
		k.unread = append(k.unread, path+": "+words(err))
		return
	}
	dir := filepath.Dir(path)
	switch v := raw.(type) {
	case []any:
		for _, x := range v {
			if m, ok := x.(map[string]any); ok {
				k.fuzzed(m)
			}
		}
		return
	case map[string]any:
		id, _ := v["id"].(string)
		if id == "" {
			id = strings.TrimSuffix(filepath.Base(path), ".json")
		}
		expected, _ := v["expected"].(map[string]any)
		switch {
		case v["proportion_wilson"] != nil || v["rate_byar_or_exact"] != nil:
			k.intervals(v)
		case v["tables"] != nil:
			k.judgeIn("attack", id, func() ([]string, error) { return checkAttack(dir, v) })
		case v["true"] != nil && v["published"] != nil:
			k.judgeIn("hes_rule", id, func() ([]string, error) { return checkHES(dir, v) })
		case v["true"] != nil && v["result"] != nil:
			k.judgeIn("secondary", id, func() ([]string, error) { return checkSecondary(dir, v) })
		case expected["phi"] != nil || expected["adjusted_limits_used"] != nil:
			k.judgeIn("funnel", id, func() ([]string, error) { return checkFunnel(dir, v) })
		case expected["points"] != nil:
			k.judgeIn("xmr", id, func() ([]string, error) { return checkXmr(dir, v) })
		case expected["cases_used"] != nil:
			k.judgeIn("kappa", id, func() ([]string, error) { return checkKappa(dir, v) })
		default:
			k.unread = append(k.unread, path+": not a vector of a known kind")
		}
	default:
		k.unread = append(k.unread, path+": not a vector of a known kind")
	}
}

func (k *checker) judgeIn(kind, id string, run func() ([]string, error)) {
	d, err := run()
	k.judge(kind, id, d, err)
}
