// Package plant puts faults into the program that is tested, so that a test can be seen to
// notice them: all of them at once, each asleep until its number is asked for. To build the
// program anew for each fault takes ten times as long as to run the test.
package plant

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
)

// Wakes is the variable of the environment that holds the number of the fault to wake.
const Wakes = "HEED_PLANTED"

// switchOf is what a function asks whether it is to be the faulty one.
const switchOf = "heedPlanted"

// Fault exchanges one passage of one file.
type Fault struct {
	File     string // its whole path
	Old, New string // Old stands in File exactly once
}

// in is the text of a file with the fault in it.
func (f Fault) in(text string) (string, error) {
	if n := strings.Count(text, f.Old); n != 1 {
		return "", fmt.Errorf("%s holds the planted passage %d times: %q", f.File, n, f.Old)
	}
	return strings.Replace(text, f.Old, f.New, 1), nil
}

// Asleep are the files of a program that has every fault in it, by their paths, each woken by
// its number in faults. A fault that is not all in the bodies of functions is in none of them:
// its number is among alone.
func Asleep(texts map[string]string, faults []Fault) (files map[string]string, alone []int, err error) {
	files = map[string]string{}
	edits := map[string][]edit{}
	for n, f := range faults {
		made, ok, err := asleep(texts[f.File], f, n)
		switch {
		case err != nil:
			return nil, nil, err
		case !ok:
			alone = append(alone, n)
		default:
			edits[f.File] = append(edits[f.File], made...)
		}
	}
	for file, all := range edits {
		files[file] = apply(texts[file], all)
		pkg, err := packageOf(texts[file])
		if err != nil {
			return nil, nil, err
		}
		files[filepath.Join(filepath.Dir(file), "planted_switch.go")] = fmt.Sprintf(
			"package %s\n\nimport \"os\"\n\nvar %s = os.Getenv(%q)\n", pkg, switchOf, Wakes)
	}
	return files, alone, nil
}

// Alone is the one file of a program that has nothing but this fault in it.
func Alone(texts map[string]string, f Fault) (map[string]string, error) {
	bad, err := f.in(texts[f.File])
	return map[string]string{f.File: bad}, err
}

func packageOf(text string) (string, error) {
	f, err := parser.ParseFile(token.NewFileSet(), "", text, parser.PackageClauseOnly)
	if err != nil {
		return "", err
	}
	return f.Name.Name, nil
}

// edit puts text in the place of a passage.
type edit struct {
	from, to int
	text     string
}

func apply(text string, edits []edit) string {
	slices.SortStableFunc(edits, func(a, b edit) int { return a.from - b.from })
	edits = slices.Compact(edits) // two faults of one function name its parameters alike
	var b strings.Builder
	at := 0
	for _, e := range edits {
		b.WriteString(text[at:e.from] + e.text)
		at = e.to
	}
	return b.String() + text[at:]
}

// asleep makes each function that differs turn to its faulty copy when fault n is awake.
func asleep(text string, f Fault, n int) (edits []edit, ok bool, err error) {
	bad, err := f.in(text)
	if err != nil {
		return nil, false, err
	}
	good, err := parsed(text)
	if err != nil {
		return nil, false, err
	}
	faulty, err := parsed(bad)
	if err != nil {
		return nil, false, fmt.Errorf("%s with %q: %w", f.File, f.New, err)
	}
	if good.around() != faulty.around() || len(good.funcs) != len(faulty.funcs) {
		return nil, false, nil
	}
	for i, g := range good.funcs {
		b := faulty.funcs[i]
		if good.of(g) == faulty.of(b) {
			continue
		}
		turned, name := good.turn(g, n)
		edits = append(edits, turned...)
		whole := faulty.of(b)
		at := faulty.at(b.Name.Pos()) - faulty.at(b.Pos())
		edits = append(edits, edit{len(text), len(text), "\n" + whole[:at] + name + whole[at+len(b.Name.Name):] + "\n"})
	}
	return edits, len(edits) > 0, nil
}

// source is a file with its functions.
type source struct {
	text  string
	set   *token.FileSet
	funcs []*ast.FuncDecl
}

func parsed(text string) (*source, error) {
	s := &source{text: text, set: token.NewFileSet()}
	f, err := parser.ParseFile(s.set, "", text, 0)
	if err != nil {
		return nil, err
	}
	for _, d := range f.Decls {
		if d, is := d.(*ast.FuncDecl); is && d.Body != nil {
			s.funcs = append(s.funcs, d)
		}
	}
	return s, nil
}

func (s *source) at(p token.Pos) int { return s.set.Position(p).Offset }

// of is a whole function.
func (s *source) of(d *ast.FuncDecl) string { return s.text[s.at(d.Pos()):s.at(d.End())] }

// around is the file without the bodies of its functions.
func (s *source) around() string {
	var b strings.Builder
	at := 0
	for _, d := range s.funcs {
		b.WriteString(s.text[at:s.at(d.Body.Pos())])
		at = s.at(d.Body.End())
	}
	return b.String() + s.text[at:]
}

// turn makes a function call its copy with what it was called with.
func (s *source) turn(d *ast.FuncDecl, n int) (edits []edit, name string) {
	name = fmt.Sprintf("%sPlanted%d", d.Name.Name, n)
	call := name
	if d.Recv != nil {
		named, on := s.named(d.Recv, "recv")
		edits = append(edits, named...)
		call = on[0] + "." + name
	}
	if d.Type.TypeParams != nil {
		_, types := s.named(d.Type.TypeParams, "")
		call += "[" + strings.Join(types, ", ") + "]"
	}
	named, with := s.named(d.Type.Params, "arg")
	edits = append(edits, named...)
	call += "(" + strings.Join(with, ", ") + ")"
	if d.Type.Results != nil {
		call = "return " + call
	} else {
		call += "\n\t\treturn"
	}
	open := s.at(d.Body.Lbrace) + 1
	return append(edits, edit{open, open,
		fmt.Sprintf("\n\tif %s == \"%d\" {\n\t\t%s\n\t}\n", switchOf, n, call)}), name
}

// named are the names of parameters, and the edits that name what has none.
func (s *source) named(list *ast.FieldList, prefix string) (edits []edit, names []string) {
	for _, f := range list.List {
		if len(f.Names) == 0 {
			name := fmt.Sprintf("%s%d", prefix, len(names))
			at := s.at(f.Type.Pos())
			edits, names = append(edits, edit{at, at, name + " "}), append(names, name)
		}
		for _, id := range f.Names {
			name := id.Name
			if name == "_" {
				name = fmt.Sprintf("%s%d", prefix, len(names))
				edits = append(edits, edit{s.at(id.Pos()), s.at(id.End()), name})
			}
			if _, is := f.Type.(*ast.Ellipsis); is {
				name += "..."
			}
			names = append(names, name)
		}
	}
	return edits, names
}
